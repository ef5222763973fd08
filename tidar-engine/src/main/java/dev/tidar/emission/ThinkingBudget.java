package dev.tidar.emission;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Limits how long an answer may think: when its thoughts have as many tokens as the budget allows, the token that
 * closes them is forced. The host decides this for each row from the tokens before it, as it does with token masks; so
 * it is the same in every layout. Immutable; each row has its own state.
 *
 * @param tokens the maximum number of tokens in thoughts, the closing one not counted; at least 1
 * @param openId opens thoughts where an answer begins with it
 * @param closeId closes them
 */
public record ThinkingBudget(int tokens, int openId, int closeId) {

    public ThinkingBudget {
        if (tokens < 1) {
            throw new IllegalArgumentException("a thinking budget must be at least 1 token, but is " + tokens);
        }
    }

    /** The state before the first token of an answer that may open thoughts. */
    public State atStart() {
        return new State(Phase.BEFORE, 0);
    }

    /** The state before the first token of an answer whose thoughts the prompt has opened. */
    public State inThoughts() {
        return new State(Phase.THINKING, 0);
    }

    private enum Phase {
        BEFORE,
        THINKING,
        AFTER
    }

    /** The state of the budget at one row of an answer. Immutable. */
    public final class State {

        private final Phase phase;
        private final int thought;

        private State(Phase phase, int thought) {
            this.phase = phase;
            this.thought = thought;
        }

        /** The one token that may come next; empty where any may. */
        OptionalInt forced() {
            return phase == Phase.THINKING && thought == tokens ? OptionalInt.of(closeId) : OptionalInt.empty();
        }

        /** The state after one more token; empty if another is forced. */
        Optional<State> advance(int token) {
            if (forced().isPresent() && token != closeId) {
                return Optional.empty();
            }
            return Optional.of(
                    switch (phase) {
                        case BEFORE -> new State(token == openId ? Phase.THINKING : Phase.AFTER, 0);
                        case THINKING ->
                            token == closeId ? new State(Phase.AFTER, 0) : new State(Phase.THINKING, thought + 1);
                        case AFTER -> this;
                    });
        }
    }
}
