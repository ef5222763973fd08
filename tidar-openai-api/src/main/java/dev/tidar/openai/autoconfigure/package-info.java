/** The settings under {@code tidar.openai.*}, and the beans that are made from them. */
@NullMarked
package dev.tidar.openai.autoconfigure;

import org.jspecify.annotations.NullMarked;
