/** Splits text into words, as the pre-tokenizer of a tokenizer.json asks for. */
@NullMarked
package dev.tidar.text.tokenizer.splitter;

import org.jspecify.annotations.NullMarked;
