/** The settings under {@code tidar.*}, and the beans that are made from them. */
@NullMarked
package dev.tidar.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
