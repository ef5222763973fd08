/**
 * Constrained decoding: the entry points. {@link dev.tidar.text.grammar.Grammars} compiles what a request asks for,
 * {@link dev.tidar.text.grammar.GrammarState} follows an answer token by token and gives the token mask of each
 * position.
 */
@NullMarked
package dev.tidar.text.grammar;

import org.jspecify.annotations.NullMarked;
