/** Turns emitted tokens into answers: text, stop strings, thoughts, tool calls, log-probabilities. */
@NullMarked
package dev.tidar.emission;

import org.jspecify.annotations.NullMarked;
