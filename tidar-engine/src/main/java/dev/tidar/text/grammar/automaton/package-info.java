/** Finite automata over code points and bytes, and the regular expressions they are made from. */
@NullMarked
package dev.tidar.text.grammar.automaton;

import org.jspecify.annotations.NullMarked;
