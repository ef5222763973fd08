package dev.tidar.api;

import java.util.OptionalInt;

/**
 * Whether an answer begins with thoughts.
 *
 * @param mode on, off, or as the model does
 * @param budget tokens that the thoughts may have; when they are spent the thoughts are closed, and the answer goes on
 *     after them; empty is as many as it takes
 */
public record Thinking(Mode mode, OptionalInt budget) {

    /** Whether an answer begins with thoughts. */
    public enum Mode {
        /** What the chat template does by itself. */
        MODEL,
        ON,
        OFF
    }

    public static final Thinking DEFAULT = new Thinking(Mode.MODEL, OptionalInt.empty());
    public static final Thinking ON = new Thinking(Mode.ON, OptionalInt.empty());
    public static final Thinking OFF = new Thinking(Mode.OFF, OptionalInt.empty());

    public Thinking {
        if (budget.isPresent() && budget.getAsInt() < 1) {
            throw new InvalidRequestException(
                    "the thinking budget must be at least 1 token, but is %d".formatted(budget.getAsInt()));
        }
        if (budget.isPresent() && mode == Mode.OFF) {
            throw new InvalidRequestException(
                    "thinking is off, so it must have no budget, but has %d tokens".formatted(budget.getAsInt()));
        }
    }

    public Thinking withBudget(int tokens) {
        return new Thinking(mode, OptionalInt.of(tokens));
    }
}
