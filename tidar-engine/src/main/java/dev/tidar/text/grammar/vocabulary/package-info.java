/** The tokens of a model as bytes, and as a trie over these bytes. */
@NullMarked
package dev.tidar.text.grammar.vocabulary;

import org.jspecify.annotations.NullMarked;
