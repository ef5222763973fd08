package dev.tidar.test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** The clock of the engines of a script, which tests advance. Thread-safe. */
final class ScriptedClock {

    private static final long LEAP_NANOS = 100_000_000;

    private final AtomicLong advanced = new AtomicLong();

    /**
     * The time of one engine, in nanoseconds. While its model is loaded it leaps, so that each measurement of a
     * forward, which says nothing here, ends after one.
     */
    LongSupplier ofEngine(BooleanSupplier isLoading) {
        var leapt = new AtomicLong();
        return () -> System.nanoTime()
                + advanced.get()
                + (isLoading.getAsBoolean() ? leapt.addAndGet(LEAP_NANOS) : leapt.get());
    }

    void advance(Duration time) {
        advanced.addAndGet(time.toNanos());
    }
}
