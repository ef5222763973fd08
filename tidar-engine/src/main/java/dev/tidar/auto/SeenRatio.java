package dev.tidar.auto;

/** What was seen over what was expected, as a running mean that starts from a guess. */
final class SeenRatio {

    private final double memory;
    private double value;
    private double evidence;

    /**
     * @param guess the ratio before anything was seen
     * @param weight how much the guess counts, in the unit of what is expected
     * @param memory the sum of what was expected beyond which older observations give way
     */
    SeenRatio(double guess, double weight, double memory) {
        this.value = guess;
        this.evidence = weight;
        this.memory = memory;
    }

    double value() {
        return value;
    }

    void add(double seen, double expected) {
        double sum = evidence + expected;
        value = (value * evidence + seen) / sum;
        evidence = Math.min(sum, memory);
    }

    /** Moves this share of the way towards another value. */
    void drift(double share, double towards) {
        value += share * (towards - value);
    }
}
