/** Prompts to token ids, and token ids to text. */
@NullMarked
package dev.tidar.text.tokenizer;

import org.jspecify.annotations.NullMarked;
