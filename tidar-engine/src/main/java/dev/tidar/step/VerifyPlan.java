package dev.tidar.step;

import dev.tidar.tensor.Ids;
import java.util.Arrays;

/**
 * What one sequence verifies in a step, and which group drafts next for each kept count. Known to the host before.
 *
 * @param firstRow row of the anchor, or of the last prompt token; its drafts are the tokens of the rows after it
 * @param verifyRows rows that are verified, consecutive from {@code firstRow}; 0 in a draft pass and in an unfinished
 *     prefill
 * @param firstSample where the samples of these rows begin among the samples of the step
 * @param firstDraft where its drafts begin among the drafts of the step; it has room for K - 1
 * @param draftLength K, rows of a group; 1 where no group is carried
 * @param groups first row of the group for each kept count {@code 0..verifyRows}, or {@link Ids#NONE}; index 0 counts
 *     only where nothing is verified
 * @param beta trust in the verify rows; below 1 each is mixed with the mask that proposes the same token, slot 0 of the
 *     group for one kept row more than stand before it (arXiv 2511.08923)
 */
public record VerifyPlan(
        int firstRow, int verifyRows, int firstSample, int firstDraft, int draftLength, int[] groups, float beta) {

    /** A plan whose verify rows decide alone. */
    public VerifyPlan(int firstRow, int verifyRows, int firstSample, int firstDraft, int draftLength, int[] groups) {
        this(firstRow, verifyRows, firstSample, firstDraft, draftLength, groups, 1);
    }

    public VerifyPlan {
        if (groups.length != verifyRows + 1) {
            throw new IllegalArgumentException(
                    "groups must have %d entries, but have %d".formatted(verifyRows + 1, groups.length));
        }
        groups = groups.clone();
    }

    /** First row of the group that drafts after so many kept rows, or NONE. */
    public int group(int kept) {
        return groups[kept];
    }

    /** The row that a verify row is mixed with, or NONE. */
    public int mixedWith(int verifyRow) {
        return beta < 1 ? groups[verifyRow + 1] : Ids.NONE;
    }

    /** A plan that verifies nothing and drafts NONE so many times. */
    static VerifyPlan padding(int firstSample, int firstDraft, int drafts) {
        return new VerifyPlan(0, 0, firstSample, firstDraft, drafts + 1, new int[] {Ids.NONE});
    }

    /** The same plan where drafting rows stand so many rows further back. */
    VerifyPlan withGroupsMoved(int by) {
        int[] moved = Arrays.stream(groups)
                .map(first -> first == Ids.NONE ? first : first + by)
                .toArray();
        return new VerifyPlan(firstRow, verifyRows, firstSample, firstDraft, draftLength, moved, beta);
    }
}
