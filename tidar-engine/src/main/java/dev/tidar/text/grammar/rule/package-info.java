/** The rules of a grammar, and the pushdown automaton that parses a text with them. */
@NullMarked
package dev.tidar.text.grammar.rule;

import org.jspecify.annotations.NullMarked;
