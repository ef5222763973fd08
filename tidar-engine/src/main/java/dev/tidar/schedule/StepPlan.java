package dev.tidar.schedule;

import dev.tidar.decode.Turn;
import java.util.List;

/**
 * One decision of the scheduler: which requests run in the next step, and with which rows.
 *
 * @param scheduled in the order of the rows
 */
record StepPlan(List<Scheduled> scheduled) {

    StepPlan {
        scheduled = List.copyOf(scheduled);
    }

    /** A request and its turn in the step. */
    record Scheduled(ScheduledSequence request, Turn turn) {}

    boolean isEmpty() {
        return scheduled.isEmpty();
    }

    List<Turn> turns() {
        return scheduled.stream().map(Scheduled::turn).toList();
    }

    /** The number of prefill rows of the step. */
    int prefillRows() {
        return turns().stream()
                .filter(Turn::isPrefill)
                .mapToInt(turn -> turn.rows().rows())
                .sum();
    }
}
