package dev.tidar.decode;

import dev.tidar.api.GenerationStep;
import dev.tidar.draft.DraftedSequence;
import java.util.function.LongConsumer;

/**
 * Proposes what the draft model has drafted after the last token. Its forwards run before a step is planned, for all
 * sequences together, because they need the device; so there is nothing to propose in a step whose layout asks for
 * none.
 *
 * <p>Drafts are sampled with the noise of their position, as those of masks are. So they are accepted as often as the
 * two models agree, and what is emitted is decided by the verify rows alone.
 */
record ModelDrafts(DraftedSequence drafted) implements DraftSource {

    @Override
    public Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work) {
        return new Drafts(constraint.allowedPrefix(drafted.drafts(), work), this);
    }

    @Override
    public GenerationStep.Source reportedAs() {
        return GenerationStep.Source.DRAFT_MODEL;
    }

    @Override
    public boolean costsDevice() {
        return true;
    }

    @Override
    public void extended(Sequence sequence) {
        drafted.extended(sequence.tokens());
    }
}
