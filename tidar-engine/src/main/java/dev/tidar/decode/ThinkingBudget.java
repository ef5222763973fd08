package dev.tidar.decode;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How long an answer may think: when its thoughts have as many tokens as they may, the tokens that close them are
 * forced, one after the other. A decision of the host for each row by the tokens before that row, as a mask is; so it
 * is the same in every layout. Immutable; the states of one budget are its rows' own.
 */
public final class ThinkingBudget {

    private final int tokens;
    private final int openId;
    private final int closeId;
    private final int[] closing;

    /**
     * A budget.
     *
     * @param tokens thoughts have at most, the closing ones not counted; at least 1
     * @param openId opens thoughts where an answer begins with it
     * @param closeId closes them
     * @param closing what is forced when the budget is spent; {@code closeId} is among it
     */
    public ThinkingBudget(int tokens, int openId, int closeId, int[] closing) {
        if (tokens < 1 || Arrays.stream(closing).noneMatch(id -> id == closeId)) {
            throw new IllegalArgumentException(
                    "a budget must be of 1 token or more and close with %d, but is %d with %s"
                            .formatted(closeId, tokens, Arrays.toString(closing)));
        }
        this.tokens = tokens;
        this.openId = openId;
        this.closeId = closeId;
        this.closing = closing.clone();
    }

    /** Before the first token of an answer that may open thoughts. */
    public State atStart() {
        return new State(Phase.BEFORE, 0);
    }

    /** Before the first token of an answer whose thoughts the prompt has opened. */
    public State inThoughts() {
        return new State(Phase.THINKING, 0);
    }

    private enum Phase {
        BEFORE,
        THINKING,
        CLOSING,
        BEHIND
    }

    /** Where one row of an answer stands. Immutable. */
    public final class State {

        private final Phase phase;

        /** Tokens of this phase so far. */
        private final int count;

        private State(Phase phase, int count) {
            this.phase = phase == Phase.THINKING && count == tokens ? Phase.CLOSING : phase;
            this.count = this.phase == phase ? count : 0;
        }

        /** The one token that may come next; empty where any may. */
        public OptionalInt forced() {
            return phase == Phase.CLOSING ? OptionalInt.of(closing[count]) : OptionalInt.empty();
        }

        /** The state behind one more token; empty if another is forced. */
        public Optional<State> advance(int token) {
            return switch (phase) {
                case BEFORE -> Optional.of(new State(token == openId ? Phase.THINKING : Phase.BEHIND, 0));
                case THINKING ->
                    Optional.of(token == closeId ? new State(Phase.BEHIND, 0) : new State(Phase.THINKING, count + 1));
                case CLOSING -> token == closing[count] ? Optional.of(closed()) : Optional.empty();
                case BEHIND -> Optional.of(this);
            };
        }

        private State closed() {
            return count + 1 == closing.length ? new State(Phase.BEHIND, 0) : new State(Phase.CLOSING, count + 1);
        }
    }
}
