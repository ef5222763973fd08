/** What the characters of one Unicode version are, whichever JDK runs. */
@NullMarked
package dev.tidar.text.tokenizer.unicode;

import org.jspecify.annotations.NullMarked;
