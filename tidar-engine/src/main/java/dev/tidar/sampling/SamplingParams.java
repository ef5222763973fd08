package dev.tidar.sampling;

import java.util.OptionalInt;

/**
 * How the tokens of one sequence are sampled: what stays the same from its first token to its last.
 *
 * @param temperature divisor of the scores; 0 takes the best, the lowest id in a tie
 * @param seed key of the noise
 * @param filters which tokens may be drawn; without meaning at temperature 0
 * @param penalties what tokens lose that have appeared
 * @param bias amounts that are added to the scores of some tokens
 * @param banned which tokens may not be sampled yet
 * @param logProbs how many most likely tokens are reported with each emitted one; empty asks for no log-probabilities
 */
public record SamplingParams(
        float temperature,
        long seed,
        Filters filters,
        Penalties penalties,
        LogitBias bias,
        BannedIds banned,
        OptionalInt logProbs) {

    public static final SamplingParams GREEDY = new SamplingParams(0, 0);

    public SamplingParams {
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be finite and not negative, but is " + temperature);
        }
        if (logProbs.orElse(0) < 0 || logProbs.orElse(0) > LogProbRow.MAX) {
            throw new IllegalArgumentException("log-probabilities must be of 0 to %d tokens, but are of %d"
                    .formatted(LogProbRow.MAX, logProbs.getAsInt()));
        }
    }

    /** Temperature alone. */
    public SamplingParams(float temperature, long seed) {
        this(temperature, seed, Filters.NONE);
    }

    /** Temperature and filters. */
    public SamplingParams(float temperature, long seed, Filters filters) {
        this(temperature, seed, filters, Penalties.NONE, LogitBias.NONE, BannedIds.NONE, OptionalInt.empty());
    }
}
