/** The paths on both web stacks of Spring. */
@NullMarked
package dev.tidar.openai.web;

import org.jspecify.annotations.NullMarked;
