package dev.tidar.text.grammar.automaton;

import dev.tidar.api.InvalidRequestException;

/**
 * The limit on the work of one compilation, in elementary steps. A step takes a few nanoseconds, so this bounds the
 * time in a way that does not depend on the speed of the machine. Confined to the thread that compiles.
 */
public final class Work {

    /** The maximum number of states of one automaton. */
    static final int MAX_STATES = 20_000;

    private final String what;
    private final long limit;
    private long remaining;

    /** @param what what is compiled, as the caller knows it, for error messages */
    public Work(String what, long steps) {
        this.what = what;
        this.limit = steps;
        this.remaining = steps;
    }

    /**
     * Spends a number of steps.
     *
     * @throws InvalidRequestException if fewer remain
     */
    public void spend(long steps) {
        remaining -= steps;
        if (remaining < 0) {
            throw new InvalidRequestException(
                    "%s must be simpler: compiling it takes more than the limit of %d steps".formatted(what, limit));
        }
    }

    /** Whether it asked for more steps than the limit, so that a larger limit could let it end. */
    public boolean isExceeded() {
        return remaining < 0;
    }

    void requireStates(int states) {
        if (states > MAX_STATES) {
            throw new InvalidRequestException(
                    "%s must be simpler: an automaton for it has more than %d states".formatted(what, MAX_STATES));
        }
    }
}
