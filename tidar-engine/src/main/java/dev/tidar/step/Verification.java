package dev.tidar.step;

/**
 * The verdict on a draft: compares what the model sampled with what was drafted.
 *
 * <p>One rule serves greedy decoding and sampling. With the noise of a position fixed, the sample of a verify row is
 * the token that autoregressive decoding would emit there, so equality is acceptance and the first unequal sample is
 * the recovered token.
 */
public final class Verification {

    private Verification() {}

    /**
     * Rows that stand: the anchor, and every draft up to the first that the row before it did not sample.
     *
     * @param sampled samples of all verify rows of the step; sample {@code firstSample + j} is that of row
     *     {@code firstRow + j}
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
