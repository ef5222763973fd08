package dev.tidar.api;

import java.time.Duration;

/**
 * Durations as an engine counts them, in nanoseconds. What is longer than a {@code long} can count, 292 years, counts
 * as 292 years: {@code ChronoUnit.FOREVER.getDuration()} is no limit, not an overflow.
 */
public final class Durations {

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);
    private static final Duration SHORTEST = Duration.ofNanos(Long.MIN_VALUE);

    private Durations() {}

    /** The duration, or the longest of its sign whose nanoseconds can be counted. */
    public static Duration saturated(Duration time) {
        if (time.compareTo(LONGEST) > 0) {
            return LONGEST;
        }
        return time.compareTo(SHORTEST) < 0 ? SHORTEST : time;
    }

    /** The nanoseconds of a duration; {@code Long.MAX_VALUE} or {@code Long.MIN_VALUE} where it has more. */
    public static long nanos(Duration time) {
        return saturated(time).toNanos();
    }
}
