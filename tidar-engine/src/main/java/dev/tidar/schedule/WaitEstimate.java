package dev.tidar.schedule;

import java.time.Duration;

/** Estimates how long a new request would wait, from how long the last requests ran. Thread-safe. */
final class WaitEstimate {

    private static final double RECENT = 0.1;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long LONGEST_SECONDS = 600;

    private final int maxRunning;
    private volatile double meanNanos = NANOS_PER_SECOND;

    WaitEstimate(int maxRunning) {
        this.maxRunning = maxRunning;
    }

    /** Records how long a request ran. Called by one thread only. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void observe(long nanos) {
        meanNanos += RECENT * (nanos - meanNanos);
    }

    /**
     * The expected wait of a request that has this number of requests before it, in whole seconds and at least one
     * second.
     */
    Duration after(int requests) {
        double nanos = meanNanos * (requests + 1) / maxRunning;
        return Duration.ofSeconds(Math.min(LONGEST_SECONDS, 1 + (long) (nanos / NANOS_PER_SECOND)));
    }
}
