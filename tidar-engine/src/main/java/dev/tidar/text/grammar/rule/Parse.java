package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * One parse of the text so far, which is a configuration of the pushdown automaton: a state of a terminal, and the
 * stack with which parsing continues when the terminal is complete.
 *
 * @param state state of the terminal's automaton
 * @param units completed units, as {@link Terminal#counted} gives them
 */
public record Parse(Terminal terminal, int state, int units, Frame stack) {

    /** The parse after one more byte; empty if the byte is not allowed. */
    public Optional<Parse> read(byte next) {
        int reached = terminal.automaton().next(state, next);
        if (reached == ByteAutomaton.DEAD) {
            return Optional.empty();
        }
        int counted = terminal.completesUnit(state, reached) ? terminal.counted(units, 1) : units;
        return terminal.admits(reached, counted)
                ? Optional.of(new Parse(terminal, reached, counted, stack))
                : Optional.empty();
    }

    /** This parse in another state of its terminal. */
    public Parse at(int otherState, int otherUnits) {
        return new Parse(terminal, otherState, otherUnits, stack);
    }

    /** The parses that continue once the terminal is complete. */
    public List<Parse> continuation() {
        return stack.continuation().parses();
    }

    /** Whether the limit on tokens may cut the text here; if not, it is led to its end. */
    public boolean mayBeCut() {
        return stack.mayBeCut();
    }

    /** Whether the terminal allows any more bytes. */
    boolean canContinue() {
        return terminal.canContinue(state);
    }

    /** Whether the terminal can be complete. */
    boolean isComplete() {
        return terminal.automaton().isAccepting(state);
    }

    /** The cost of the shortest completion of the whole text. */
    public int costToEnd() {
        return Rule.sum(terminal.costToEnd(state, units), stack.costToEnd());
    }

    /**
     * The number of tokens of the shortest completion of the whole text.
     *
     * @param work receives the elementary steps that this takes
     */
    public int tokensToEnd(Vocabulary vocabulary, LongConsumer work) {
        Frame.Tail tail = stack.tail(vocabulary, work);
        byte[] own = terminal.shortestFrom(state, units);
        work.accept(tail.stepsBehind(own));
        return tail.precededBy(own, vocabulary).fewest()[0];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parse that
                && terminal == that.terminal
                && state == that.state
                && units == that.units
                && stack.equals(that.stack);
    }

    @Override
    public int hashCode() {
        return (System.identityHashCode(terminal) * 31 + state) * 31 + units + 17 * stack.hashCode();
    }
}
