package dev.tidar.api;

import java.util.OptionalInt;

/**
 * Whether an answer begins with thoughts.
 *
 * @param mode whether it does
 * @param budget tokens that the thoughts may have at most, after which they are closed and the answer begins; empty
 *     sets no limit
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
        budget.ifPresent(RequestOption.THINKING_BUDGET::check);
        if (budget.isPresent() && mode == Mode.OFF) {
            throw new InvalidRequestException(
                    "thinking-budget must be unset where thinking is off, but is %d".formatted(budget.getAsInt()));
        }
    }

    public Thinking withBudget(int tokens) {
        return new Thinking(mode, OptionalInt.of(tokens));
    }
}
