/** How answers are written: thoughts, text and tool calls, taken apart as they come. No tokens, no device. */
@NullMarked
package dev.tidar.text.answer;

import org.jspecify.annotations.NullMarked;
