package dev.tidar.text.grammar.automaton;

import dev.tidar.api.InvalidRequestException;

/**
 * The work that one compilation may do, in elementary steps. A step takes some nanoseconds, so the limit is a bound on
 * time that does not depend on the machine. Confined to the thread that compiles.
 */
public final class Work {

    /** States of one automaton. */
    static final int MAX_STATES = 20_000;

    private final String what;
    private long left;

    /** @param what what is compiled, as the caller knows it, for the message of a refusal */
    public Work(String what, long steps) {
        this.what = what;
        this.left = steps;
    }

    /**
     * Takes so many steps.
     *
     * @throws InvalidRequestException if fewer are left
     */
    public void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new InvalidRequestException(
                    "%s must be simpler: compiling it takes more work than is allowed".formatted(what));
        }
    }

    void requireStates(int states) {
        if (states > MAX_STATES) {
            throw new InvalidRequestException(
                    "%s must be simpler: an automaton for it has more than %d states".formatted(what, MAX_STATES));
        }
    }
}
