/** The encoder of a tokenizer.json: normalizer, pre-tokenizer and byte-pair encoding, one class for each idea. */
@NullMarked
package dev.tidar.text.tokenizer.encoding;

import org.jspecify.annotations.NullMarked;
