/** Text to token ids and back, and chat messages to a prompt. */
@NullMarked
package dev.tidar.tokenizer;

import org.jspecify.annotations.NullMarked;
