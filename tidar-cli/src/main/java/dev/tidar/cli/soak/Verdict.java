package dev.tidar.cli.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Whether one quantity stayed flat: the straight line that fits its readings best, after a warm-up of a quarter of the
 * time, must not rise by more than is allowed.
 *
 * @param quantity name of the quantity
 * @param mean mean of the readings after the warm-up
 * @param growth how far the line rises from the end of the warm-up to the last reading; negative if it falls
 * @param allowed allowed growth
 */
record Verdict(String quantity, double mean, double growth, double allowed) {

    private static final double WARM_UP = 0.25;

    boolean isFlat() {
        return growth <= allowed;
    }

    /**
     * @param readings at least one, in order of time
     * @param share allowed growth as a part of the mean
     * @param min the smallest allowed growth, because small counts move by whole numbers
     */
    static Verdict of(
            String quantity, List<Reading> readings, ToDoubleFunction<Reading> value, double share, double min) {
        List<Reading> warm = readings.subList((int) (WARM_UP * readings.size()), readings.size());
        double mean = warm.stream().mapToDouble(value).average().orElseThrow();
        double middle = warm.stream().mapToDouble(Reading::seconds).average().orElseThrow();
        double spread = 0;
        double common = 0;
        for (Reading reading : warm) {
            double seconds = reading.seconds() - middle;
            spread += seconds * seconds;
            common += seconds * (value.applyAsDouble(reading) - mean);
        }
        double length = warm.get(warm.size() - 1).seconds() - warm.get(0).seconds();
        double growth = spread == 0 ? 0 : common / spread * length;
        return new Verdict(quantity, mean, growth, Math.max(min, share * mean));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-22s mean %10.1f, growth after warm-up %+8.1f, allowed %8.1f: %s",
                quantity,
                mean,
                growth,
                allowed,
                isFlat() ? "flat" : "GROWS");
    }
}
