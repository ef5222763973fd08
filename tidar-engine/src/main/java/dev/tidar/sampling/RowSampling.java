package dev.tidar.sampling;

import java.util.OptionalInt;

/**
 * How the token of one row is sampled: the sampling of its sequence, and what belongs to the row. Rows for which
 * nothing differs share one. All of it is known before the step, and small enough to be sent to a device.
 *
 * @param params of the sequence
 * @param history counts at the start of the step, the same for all rows of a sequence; empty where nothing is penalised
 * @param since counts that the drafts before this row changed, in place of those in {@code history}
 * @param allowed bit {@code id % 64} of word {@code id / 64} says whether a token may be sampled, and one beyond the
 *     last word may not; empty allows all
 * @param logProbs how many most likely tokens are reported with the sampled one; empty for rows that report none
 */
public record RowSampling(
        SamplingParams params, TokenCounts history, TokenCounts since, long[] allowed, OptionalInt logProbs) {

    private static final long[] ALL = {};

    /** How a row samples a draft: without a constraint and without log-probabilities. */
    public static RowSampling draft(SamplingParams params, TokenCounts history) {
        return new RowSampling(params, history, TokenCounts.NONE, ALL, OptionalInt.empty());
    }

    /** How a verify row samples. */
    public static RowSampling verify(SamplingParams params, TokenCounts history, TokenCounts since) {
        return new RowSampling(params, history, since, ALL, params.logProbs());
    }

    /** The same, with only these tokens allowed; the bit set is not copied. */
    public RowSampling allowing(long[] bits) {
        return new RowSampling(params, history, since, bits, logProbs);
    }

    /** Whether temperature and seed are all there is to the sample. */
    public boolean isPlain() {
        return params.bias().isOff()
                && history.size() + since.size() == 0
                && allowed.length == 0
                && params.banned().ids().length == 0
                && (params.temperature() == 0 || params.filters().equals(Filters.NONE))
                && logProbs.isEmpty();
    }

    /** Whether the sample is the token with the highest score of the model, and nothing else is asked for. */
    public boolean takesBest(int position) {
        return params.temperature() == 0 && logProbs.isEmpty() && keepsScores(position);
    }

    /** Whether the row's scores are those of the model. */
    boolean keepsScores(int position) {
        return params.bias().isOff()
                && history.size() + since.size() == 0
                && allowed.length == 0
                && !params.banned().bans(position);
    }
}
