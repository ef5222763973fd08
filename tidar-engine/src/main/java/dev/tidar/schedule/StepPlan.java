package dev.tidar.schedule;

import dev.tidar.step.SequenceStep;
import java.util.List;

/**
 * One decision of the scheduler.
 *
 * @param turns who runs, with which rows
 */
record StepPlan(List<Turn> turns) {

    StepPlan {
        turns = List.copyOf(turns);
    }

    /**
     * The part of one sequence.
     *
     * @param prompt whether its rows are owed ones, of a prompt or of a sequence that was preempted
     */
    record Turn(ScheduledSequence sequence, SequenceStep step, boolean prompt) {}

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Owed rows of the forward. */
    int promptRows() {
        return turns.stream()
                .filter(Turn::prompt)
                .mapToInt(t -> t.step().rows())
                .sum();
    }
}
