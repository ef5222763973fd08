/** Constrained decoding: which tokens may follow, so that an answer keeps to a schema, an expression or a list. */
@NullMarked
package dev.tidar.text.grammar.vocabulary;

import org.jspecify.annotations.NullMarked;
