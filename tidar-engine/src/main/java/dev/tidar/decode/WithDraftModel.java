package dev.tidar.decode;

import dev.tidar.api.DecodeMode;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.SequenceStep.Group;
import java.util.List;

/**
 * Classical speculative decoding (arXiv 2211.17192): a second, smaller network drafts in forwards of its own, and one
 * causal forward verifies.
 *
 * @param draftLength K, at least 2; the draft model runs K - 1 forwards for a step
 */
public record WithDraftModel(int draftLength) implements StepLayout {

    /** The draft length where nobody asks for one. */
    public static final int USUAL_LENGTH = 5;

    public WithDraftModel {
        StepLayout.requireDrafts(draftLength);
    }

    /** The draft block; the anchor alone where the draft model has not drafted. */
    @Override
    public SequenceStep next(DecodeState state, int maskToken) {
        List<Integer> rows = state.blockWithFreeDrafts(draftLength);
        return new SequenceStep(rows, state.position(), rows.size(), 1, List.of());
    }

    @Override
    public List<Group> afterPrompt(int promptEnd, int room, int maskToken) {
        return List.of();
    }

    @Override
    public DecodeMode mode() {
        return DecodeMode.DRAFT_MODEL;
    }

    @Override
    public int maxRows() {
        return draftLength;
    }

    /** Those of the first network; the draft model's are counted apart. */
    @Override
    public int forwards() {
        return 1;
    }

    @Override
    public double tokensOfDrafts(double mean) {
        return mean;
    }

    @Override
    public double tokensPerStep(double acceptance) {
        return StepLayout.tokensOfBlock(draftLength, acceptance);
    }

    @Override
    public double beta() {
        return 1;
    }

    @Override
    public String toString() {
        return "draft model, draft length " + draftLength;
    }
}
