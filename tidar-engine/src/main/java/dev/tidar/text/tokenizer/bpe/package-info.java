/** Byte-pair encoding: characters become symbols, and symbols are merged to tokens. */
@NullMarked
package dev.tidar.text.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
