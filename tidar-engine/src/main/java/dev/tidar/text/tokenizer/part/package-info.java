/** The parts of a tokenizer.json, and errors that name them. */
@NullMarked
package dev.tidar.text.tokenizer.part;

import org.jspecify.annotations.NullMarked;
