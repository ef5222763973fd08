package dev.tidar.step;

/**
 * Accepts drafts: compares the tokens that the verify rows sampled with the tokens that were drafted.
 *
 * <p>The same comparison serves greedy decoding and sampling. With the noise of a position fixed, the token that a
 * verify row samples is the one that autoregressive decoding would emit there. So a draft that equals it is accepted,
 * and the first sampled token that differs is the recovered token.
 */
public final class Verification {

    private Verification() {}

    /**
     * The number of rows that are kept: the anchor, and every draft up to the first that the row before it did not
     * sample.
     *
     * @param sampled the tokens that all verify rows of the step sampled, that of row {@code firstRow + j} at
     *     {@code firstSample + j}
     * @return kept, in {@code [1, verifyRows]}; 0 where nothing is verified
     */
    public static int kept(int[] sampled, VerifyPlan plan, StepRows rows) {
        if (plan.verifyRows() == 0) {
            return 0;
        }
        int kept = 1;
        while (kept < plan.verifyRows()
                && sampled[plan.firstSample() + kept - 1] == rows.token(plan.firstRow() + kept)) {
            kept++;
        }
        return kept;
    }
}
