/** Rewrites text before it is split: prefixes, replacements and the normal forms of Unicode. */
@NullMarked
package dev.tidar.text.tokenizer.normalizer;

import org.jspecify.annotations.NullMarked;
