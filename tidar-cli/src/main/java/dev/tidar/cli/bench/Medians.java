package dev.tidar.cli.bench;

import java.util.List;

/** The middle of measured values. */
public final class Medians {

    private Medians() {}

    /** The middle value, or the mean of the two middle ones. */
    public static double of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values must not be empty");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
