/** Encodes prompts to token ids and decodes token ids to text. */
@NullMarked
package dev.tidar.text.tokenizer;

import org.jspecify.annotations.NullMarked;
