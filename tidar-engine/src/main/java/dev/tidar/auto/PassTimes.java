package dev.tidar.auto;

import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.PassTime;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The time of a forward on this device by its number of rows, measured first at load and then by every forward since.
 *
 * <p>Rows count in <i>decode rows</i>: one decode row is what a sequence that decodes autoregressively adds, head and
 * sample included. Between two measured counts the time is interpolated; beyond the last it is extrapolated with the
 * last slope. Prompt rows have no head and are counted separately.
 *
 * <p>Confined to the engine thread.
 */
public final class PassTimes {

    /** The weight of an observation in a running mean. */
    private static final double RECENT = 1.0 / 16;

    /**
     * The largest relative error of an observation: none counts as more than twice what was expected, because a pause
     * of the JVM is not a property of the device.
     */
    private static final double LARGEST_ERROR = 1;

    private final double[] rows;
    private final double[] nanos;
    private double promptRowNanos;

    /**
     * @param measured nanoseconds of a forward by its decode rows; 1 must be among them
     * @param promptRowNanos nanoseconds that each prompt row adds to a forward
     */
    public PassTimes(Map<Integer, Long> measured, double promptRowNanos) {
        SortedMap<Integer, Long> ordered = new TreeMap<>(measured);
        if (ordered.isEmpty() || ordered.firstKey() != 1) {
            throw new IllegalArgumentException(
                    "the time of one row must be measured, but known are " + ordered.keySet());
        }
        rows = ordered.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
        nanos = ordered.values().stream().mapToDouble(Long::doubleValue).toArray();
        neverFall();
        this.promptRowNanos = promptRowNanos;
    }

    /** The nanoseconds of a forward with this number of decode rows, at least one row; more rows never take fewer. */
    public double nanos(double decodeRows) {
        int i = segment(decodeRows);
        return nanos[i] + Math.max(0, decodeRows - rows[i]) * slope(i);
    }

    /** The number of decode rows that take this time, in [1, 4096]. */
    double rowsFor(double time) {
        double low = 1;
        double high = 4096;
        while (high - low > 0.01) {
            double middle = (low + high) / 2;
            if (nanos(middle) < time) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Nanoseconds that each prompt row adds to a forward. */
    public double promptRowNanos() {
        return promptRowNanos;
    }

    /** What is known now, for status. */
    EngineStatus.PassTimes report() {
        return new EngineStatus.PassTimes(
                IntStream.range(0, rows.length)
                        .mapToObj(i -> new PassTime((int) rows[i], nanos[i] / 1e6))
                        .toList(),
                promptRowNanos / 1e6);
    }

    /**
     * Records how long a forward took.
     *
     * @param decodeRows its decode rows; 0 where it had prompt rows only
     * @param promptRows its prompt rows
     */
    void observe(double decodeRows, int promptRows, double time) {
        if (promptRows > 0) {
            double added = (time - (decodeRows > 0 ? nanos(decodeRows) : 0)) / promptRows;
            promptRowNanos += RECENT * bounded(added / promptRowNanos - 1) * promptRowNanos;
            return;
        }
        double change = RECENT * bounded(time / nanos(decodeRows) - 1);
        int i = segment(decodeRows);
        if (rows.length == 1) {
            nanos[0] *= 1 + change;
            return;
        }
        double upper = Math.min(1, Math.max(0, (decodeRows - rows[i]) / (rows[i + 1] - rows[i])));
        nanos[i] *= 1 + change * (1 - upper);
        nanos[i + 1] *= 1 + change * upper;
        neverFall();
    }

    /** Takes a time for a measured number of rows that is shorter than the one known; a longer one was disturbed. */
    void atMost(int decodeRows, long time) {
        int i = segment(decodeRows);
        nanos[i] = Math.min(nanos[i], (double) time);
    }

    private static double bounded(double error) {
        return Math.max(-LARGEST_ERROR / 2, Math.min(LARGEST_ERROR, error));
    }

    /** The index of the first of the two measured counts that the time is interpolated from. */
    private int segment(double decodeRows) {
        int i = 0;
        while (i + 2 < rows.length && rows[i + 1] <= decodeRows) {
            i++;
        }
        return i;
    }

    /**
     * The slope of a segment. With only one measured count nothing is known about more rows, so they cost as if each
     * ran alone.
     */
    private double slope(int segment) {
        if (rows.length == 1) {
            return nanos[0];
        }
        return (nanos[segment + 1] - nanos[segment]) / (rows[segment + 1] - rows[segment]);
    }

    private void neverFall() {
        for (int i = 1; i < nanos.length; i++) {
            nanos[i] = Math.max(nanos[i], nanos[i - 1]);
        }
    }
}
