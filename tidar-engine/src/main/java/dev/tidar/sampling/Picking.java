package dev.tidar.sampling;

import java.util.OptionalInt;

/**
 * How the tokens of one sequence are picked: what stays the same from its first token to its last.
 *
 * @param temperature divisor of the scores; 0 takes the best, the lowest id in a tie
 * @param seed key of the noise
 * @param filters which tokens may be drawn; without meaning at temperature 0
 * @param penalties what tokens lose that have appeared
 * @param bias what is added to some scores
 * @param barred which tokens may not be picked yet
 * @param logProbs how many likeliest tokens are told with each emitted token; empty asks for no log-probabilities
 */
public record Picking(
        float temperature,
        long seed,
        Filters filters,
        Penalties penalties,
        LogitBias bias,
        BarredIds barred,
        OptionalInt logProbs) {

    public static final Picking GREEDY = new Picking(0, 0);

    public Picking {
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be finite and not negative, but is " + temperature);
        }
        if (logProbs.orElse(0) < 0 || logProbs.orElse(0) > LogProbRow.MOST) {
            throw new IllegalArgumentException("log-probabilities must be of 0 to %d tokens, but are of %d"
                    .formatted(LogProbRow.MOST, logProbs.getAsInt()));
        }
    }

    /** Temperature alone. */
    public Picking(float temperature, long seed) {
        this(temperature, seed, Filters.NONE);
    }

    /** Temperature and filters. */
    public Picking(float temperature, long seed, Filters filters) {
        this(temperature, seed, filters, Penalties.NONE, LogitBias.NONE, BarredIds.NONE, OptionalInt.empty());
    }
}
