package dev.tidar.test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock of a scripted engine. While a model is loaded it leaps, so that each measurement of a forward, which says
 * nothing here, ends after one. Thread-safe.
 */
final class ScriptedClock {

    private static final long LEAP_NANOS = 100_000_000;

    private final AtomicLong advanced = new AtomicLong();

    /** The time of an engine, in nanoseconds. */
    long nanoTime(boolean isLoading) {
        return System.nanoTime() + (isLoading ? advanced.addAndGet(LEAP_NANOS) : advanced.get());
    }

    void advance(Duration time) {
        advanced.addAndGet(time.toNanos());
    }
}
