/** Text to token ids and back, and chat messages to a prompt. */
@NullMarked
package dev.tidar.text.tokenizer;

import org.jspecify.annotations.NullMarked;
