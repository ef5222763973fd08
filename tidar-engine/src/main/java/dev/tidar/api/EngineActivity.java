package dev.tidar.api;

import java.time.Duration;
import java.util.List;

/**
 * What an engine is busy with and how it gets on.
 *
 * @param requests the requests that are there, the running ones first, without anything of their texts
 * @param sinceStep time since the last step that ended, while requests wait or run; zero while there are none
 * @param steps what its steps took and gave
 * @param limits what bounds its work
 */
public record EngineActivity(List<RequestStatus> requests, Duration sinceStep, StepTotals steps, Limits limits) {

    /** Of an engine that has done nothing. */
    public static final EngineActivity NONE =
            new EngineActivity(List.of(), Duration.ZERO, StepTotals.NONE, Limits.DEFAULT);

    public EngineActivity {
        requests = List.copyOf(requests);
    }

    /** Whether there is work, and no step has ended for longer than the stall warning. */
    public boolean isStalled() {
        return sinceStep.compareTo(limits.stallWarning()) > 0;
    }
}
