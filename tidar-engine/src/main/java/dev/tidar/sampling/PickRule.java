package dev.tidar.sampling;

import java.util.OptionalInt;

/**
 * How the token of one row is picked: the picking of its sequence, and what belongs to the row. Rows for which nothing
 * differs share one. All of it is known before the step, and small enough to be sent to a device.
 *
 * @param picking of the sequence
 * @param history counts at the start of the step, the same for all rows of a sequence; empty where nothing is penalised
 * @param since counts that the drafts before this row changed, in place of those in {@code history}
 * @param allowed bit {@code id % 64} of word {@code id / 64} says whether a token may be picked, and one beyond the
 *     last word may not; empty allows all
 * @param logProbs how many likeliest tokens are told with the pick; empty for rows that are not asked
 */
public record PickRule(Picking picking, TokenCounts history, TokenCounts since, long[] allowed, OptionalInt logProbs) {

    private static final long[] ALL = {};

    /** The rule of a row that picks a draft: without history, mask and log-probabilities. */
    public static PickRule draft(Picking picking, TokenCounts history) {
        return new PickRule(picking, history, TokenCounts.NONE, ALL, OptionalInt.empty());
    }

    /** The rule of a row that is verified. */
    public static PickRule verify(Picking picking, TokenCounts history, TokenCounts since) {
        return new PickRule(picking, history, since, ALL, picking.logProbs());
    }

    /** The same rule, with only these tokens; the bit set is not copied. */
    public PickRule allowing(long[] bits) {
        return new PickRule(picking, history, since, bits, logProbs);
    }

    /** Whether temperature and seed are all there is to the pick. */
    public boolean isPlain() {
        return picking.bias().isOff()
                && history.size() + since.size() == 0
                && allowed.length == 0
                && picking.barred().ids().length == 0
                && (picking.temperature() == 0 || picking.filters().equals(Filters.NONE))
                && logProbs.isEmpty();
    }

    /** Whether the row's scores are those of the model. */
    boolean keepsScores(int position) {
        return picking.bias().isOff()
                && history.size() + since.size() == 0
                && allowed.length == 0
                && !picking.barred().bar(position);
    }
}
