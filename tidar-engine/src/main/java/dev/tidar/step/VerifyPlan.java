package dev.tidar.step;

import dev.tidar.tensor.Ids;
import java.util.Arrays;

/**
 * What one sequence verifies in a step, and which group drafts next for each kept count.
 *
 * @param firstRow row of the anchor, or of the last prompt token; the rows after it hold the drafts
 * @param verifyRows rows that are verified, consecutive from {@code firstRow}; 0 in a draft pass and in an unfinished
 *     prefill
 * @param firstSample index of the first of these rows among all sampled rows of the step
 * @param firstDraft index of its first draft among all drafts of the step; it has room for K - 1
 * @param draftLength K, slots of a group; 1 where no group is carried
 * @param groups row of slot 0 of the group for each kept count {@code 0..verifyRows}, or {@link Ids#NONE}; in a short
 *     group, which has no row there, the row before that of slot 1. Index 0 counts only where nothing is verified
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

    /** Row of slot 0 of the group that drafts if this number of rows is kept, or NONE; slot j is j rows later. */
    public int group(int kept) {
        return groups[kept];
    }

    /** The number of masks that can draft. */
    int masks() {
        return (draftLength - 1)
                * (int) Arrays.stream(groups).filter(group -> group != Ids.NONE).count();
    }

    /** Visits the masks that can draft: slots 1 to K - 1 of each group. */
    void forEachMask(MaskVisitor visitor) {
        for (int group : groups) {
            for (int slot = 1; group != Ids.NONE && slot < draftLength; slot++) {
                visitor.visit(slot, group + slot);
            }
        }
    }

    /** Is called for each mask. */
    interface MaskVisitor {
        void visit(int slot, int row);
    }

    /** The mask row that a verify row is mixed with, or NONE. */
    public int mixedWith(int verifyRow) {
        return beta < 1 ? groups[verifyRow + 1] : Ids.NONE;
    }

    /** A plan of padding: it verifies nothing, and its drafts are NONE. */
    static VerifyPlan padding(int firstSample, int firstDraft, int drafts) {
        return new VerifyPlan(0, 0, firstSample, firstDraft, drafts + 1, new int[] {Ids.NONE});
    }

    /** The same plan for a step in which the drafting rows come this number of rows later. */
    VerifyPlan withGroupsMoved(int by) {
        int[] moved = Arrays.stream(groups)
                .map(first -> first == Ids.NONE ? first : first + by)
                .toArray();
        return new VerifyPlan(firstRow, verifyRows, firstSample, firstDraft, draftLength, moved, beta);
    }
}
