package dev.tidar.decode;

import dev.tidar.api.GenerationStep;
import dev.tidar.decode.DraftSource.Drafts;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Proposes the tokens that the constraint leaves no choice about, such as the punctuation and keys of a JSON schema.
 * Confined to the engine thread.
 */
final class ForcedDrafts implements DraftSource {

    /** Forced tokens that are proposed for one step. */
    private static final int MAX_FORCED = 8;

    /**
     * Rejections after which the model evidently spells forced text with other tokens; its own drafts are better then.
     */
    private static final int MAX_REJECTED = 2;

    private int rejected;

    @Override
    public Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work) {
        if (rejected >= MAX_REJECTED) {
            return Drafts.NONE;
        }
        List<Integer> forced = constraint.forced(work);
        List<Integer> first = forced.subList(0, Math.min(MAX_FORCED, forced.size()));
        return new Drafts(constraint.allowedPrefix(first, work), this);
    }

    @Override
    public GenerationStep.Source reportedAs() {
        return GenerationStep.Source.FORCED;
    }

    @Override
    public void verified(List<Integer> proposed, List<Integer> emitted) {
        for (int i = 0; i < Math.min(proposed.size(), emitted.size()); i++) {
            if (!proposed.get(i).equals(emitted.get(i))) {
                rejected++;
                return;
            }
        }
    }
}
