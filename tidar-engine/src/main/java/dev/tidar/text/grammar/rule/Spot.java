package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import java.util.List;
import java.util.Optional;

/**
 * One way to read the text so far: a state of a terminal, the units that it has completed, and the stack.
 *
 * @param units as {@link Terminal#counted} gives them
 */
public record Spot(Terminal terminal, int state, int units, Frame after) {

    public Optional<Spot> read(byte next) {
        int reached = terminal.automaton().next(state, next);
        if (reached == ByteAutomaton.DEAD) {
            return Optional.empty();
        }
        int counted = terminal.completesUnit(state, reached) ? terminal.counted(units, 1) : units;
        return terminal.admits(reached, counted)
                ? Optional.of(new Spot(terminal, reached, counted, after))
                : Optional.empty();
    }

    /** The same parse in another state of its terminal. */
    public Spot at(int otherState, int otherUnits) {
        return new Spot(terminal, otherState, otherUnits, after);
    }

    /** The parses that go on where the terminal is complete. */
    public List<Spot> continuation() {
        return after.continuation().spots();
    }

    boolean goesOn() {
        return terminal.goesOn(state);
    }

    boolean isComplete() {
        return terminal.automaton().isAccepting(state);
    }

    /** The cost of the shortest end of the whole text. */
    public int rest() {
        return Rule.sum(terminal.rest(state, units), after.rest());
    }

    /** The tokens of the shortest end of the whole text. */
    public int tokensToEnd(Vocabulary vocabulary) {
        return after.tail(vocabulary)
                .after(terminal.shortestFrom(state, units), vocabulary)
                .fewest()[0];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Spot that
                && terminal == that.terminal
                && state == that.state
                && units == that.units
                && after.equals(that.after);
    }

    @Override
    public int hashCode() {
        return (System.identityHashCode(terminal) * 31 + state) * 31 + units + 17 * after.hashCode();
    }
}
