package dev.tidar.cli.serving;

import java.util.Collection;
import java.util.List;

/** Measured values, all of them kept, so that percentiles are exact. Immutable. */
public final class Samples {

    private final List<Double> sorted;

    public Samples(Collection<Double> values) {
        this.sorted = values.stream().sorted().toList();
    }

    /**
     * The smallest value that at least this percentage of all values does not exceed; 0 without values.
     *
     * @param percent in (0, 100]
     */
    public double percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent must be in (0, 100], but is " + percent);
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.isEmpty() ? 0 : sorted.get(rank - 1);
    }

    /** The mean; 0 without values. */
    public double mean() {
        return sorted.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
