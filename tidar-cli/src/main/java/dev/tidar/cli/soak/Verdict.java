package dev.tidar.cli.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Whether one quantity stayed flat: it compares the mean of the last quarter of the readings with that of the first.
 *
 * @param quantity name of the quantity
 * @param first mean of the first quarter
 * @param last mean of the last quarter
 * @param allowed allowed difference between last and first
 */
record Verdict(String quantity, double first, double last, double allowed) {

    boolean isFlat() {
        return last <= first + allowed;
    }

    /**
     * @param readings at least one
     * @param share allowed growth as a part of the first quarter
     * @param min the smallest allowed growth, because small counts move by whole numbers
     */
    static Verdict of(
            String quantity, List<Reading> readings, ToDoubleFunction<Reading> value, double share, double min) {
        int quarter = Math.max(1, readings.size() / 4);
        double first = mean(readings.subList(0, quarter), value);
        double last = mean(readings.subList(readings.size() - quarter, readings.size()), value);
        return new Verdict(quantity, first, last, Math.max(min, share * first));
    }

    private static double mean(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream().mapToDouble(value).average().orElseThrow();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-22s first quarter %10.1f, last quarter %10.1f: %s",
                quantity,
                first,
                last,
                isFlat() ? "flat" : "GROWS");
    }
}
