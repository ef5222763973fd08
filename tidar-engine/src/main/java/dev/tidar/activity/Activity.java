package dev.tidar.activity;

import dev.tidar.api.EngineActivity;
import dev.tidar.api.Limits;
import dev.tidar.api.RequestStatus;
import dev.tidar.decode.Turn;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/** How an engine gets on with its work: when its last step ended, and what its steps took and gave. Thread-safe. */
public final class Activity {

    private final LongSupplier nanoTime;
    private final StepCounts counts = new StepCounts();
    /** When the last step ended, or when work came to an engine that had none. */
    private volatile long last;

    /**
     * Begins with no steps.
     *
     * @param nanoTime a monotonic clock
     */
    public Activity(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    public long now() {
        return nanoTime.getAsLong();
    }

    /** Work has come to an engine that had none. */
    public void begins() {
        last = now();
    }

    /**
     * A step has ended. The engine thread calls it.
     *
     * @param turns the parts of the sequences in it, which have emitted and committed
     * @param nanos time of the step
     */
    public void stepEnded(List<Turn> turns, long nanos) {
        counts.count(turns, nanos);
        last = now();
    }

    /**
     * Reports how the engine gets on.
     *
     * @param requests the requests that are there
     */
    public EngineActivity snapshot(List<RequestStatus> requests, Limits limits) {
        long age = requests.isEmpty() ? 0 : Math.max(0, now() - last);
        return new EngineActivity(requests, Duration.ofNanos(age), counts.snapshot(), limits);
    }
}
