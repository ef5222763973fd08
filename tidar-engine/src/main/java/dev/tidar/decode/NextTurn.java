package dev.tidar.decode;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The next turn of a sequence: made at once where that is little work, and ordered from another thread where it is
 * more. Until an ordered turn is taken, nothing may change that it depends on. Confined to the engine thread.
 */
final class NextTurn {

    /** The turn that another thread makes. */
    private Optional<ConstraintWork.Pending<Turn>> ordered = Optional.empty();
    /** Whether the last turn took more work than a turn may take on the engine thread. */
    private boolean needsMuchWork;

    /**
     * Makes a turn within the budget of the step, or takes the one that another thread has made; empty while it makes
     * it.
     */
    Optional<Turn> take(ConstraintWork work, Function<LongConsumer, Turn> making) {
        if (ordered.isEmpty()) {
            Optional<Turn> atOnce = needsMuchWork ? Optional.empty() : work.attempt(making);
            if (atOnce.isPresent()) {
                return atOnce;
            }
            ordered = Optional.of(work.start(making, needsMuchWork));
        }
        ConstraintWork.Pending<Turn> own = ordered.get();
        if (!own.isDone()) {
            return Optional.empty();
        }
        ordered = Optional.empty();
        Turn turn = own.result();
        needsMuchWork = own.steps() > ConstraintWork.ATTEMPT_STEPS;
        return Optional.of(turn);
    }

    /** Whether it has been ordered from another thread and not been taken yet. */
    boolean isOrdered() {
        return ordered.isPresent();
    }

    /** Whether another thread makes it at this moment. */
    boolean isPending() {
        return ordered.map(turn -> !turn.isDone()).orElse(false);
    }

    /** Whether it is too much work for the engine thread, as far as the last one tells. */
    boolean needsMuchWork() {
        return needsMuchWork;
    }

    /** Gives up a turn that was ordered. */
    void cancel() {
        ordered.ifPresent(ConstraintWork.Pending::cancel);
        ordered = Optional.empty();
    }
}
