package dev.tidar.api;

import java.util.List;
import java.util.Optional;

/**
 * How one step of a generation came to its tokens: the rows of its forward, the drafts that these verified, and what
 * was kept. Tokens are ids, whose texts {@link dev.tidar.TidarEngine#token} has. They are the tokens as the step
 * emitted them, also those whose text the answer holds back or leaves out.
 *
 * <p>With draft length 4, three rows kept and all groups carried, a single-pass step is
 *
 * <pre>{@code
 * verify rows     anchor  drafts[0]  drafts[1]  drafts[2]
 * what they gave          emitted[0] emitted[1] emitted[2]      emitted[0] = drafts[0], emitted[1] = drafts[1]
 * groups          of kept 1, 2, 3 and 4; that of kept 3 left proposed
 * }</pre>
 *
 * @param layout layout of the step, for example {@code single-pass, draft length 4}
 * @param promptRows rows before the anchor's: those of the prompt that were not cached, or of all tokens that are
 *     computed again after a preemption, of all its forwards where there were several; 0 in a step that only decodes
 * @param anchor token of the first verify row, emitted by the step before; in a prefill the last token of the prompt
 * @param drafts tokens of the other verify rows, in order; empty where there were none
 * @param source where the drafts come from; empty where there were none
 * @param accepted how many of them, from the first on, were accepted and emitted
 * @param emitted tokens that the step emitted: the accepted drafts, and the token that its last kept row sampled, which
 *     is missing where the answer ended with an accepted draft
 * @param draftPassRows rows of the forward of its own that made the drafts of a two-pass step; 0 where none did
 * @param groups groups of mask rows beside the verify rows, by the kept count that they draft for
 * @param proposed drafts that the group of the kept count left for the next step; empty where there was no such group,
 *     and at the end of the answer
 */
public record GenerationStep(
        String layout,
        int promptRows,
        int anchor,
        List<Integer> drafts,
        Optional<Source> source,
        int accepted,
        List<Integer> emitted,
        int draftPassRows,
        List<Group> groups,
        List<Integer> proposed) {

    public GenerationStep {
        drafts = List.copyOf(drafts);
        emitted = List.copyOf(emitted);
        groups = List.copyOf(groups);
        proposed = List.copyOf(proposed);
        if (accepted > Math.min(drafts.size(), emitted.size())) {
            throw new IllegalArgumentException("accepted drafts (%d) must be drafts (%d) that were emitted (%d tokens)"
                    .formatted(accepted, drafts.size(), emitted.size()));
        }
    }

    /** Where drafts come from. */
    public enum Source {
        /** The model's own mask rows. */
        MASKS,
        /** What followed the last tokens where they stood before, in prompt or answer. */
        TEXT,
        /** Tokens that the format of the answer leaves no choice about. */
        FORCED,
        /** The draft model. */
        DRAFT_MODEL
    }

    /**
     * The mask rows that draft for one outcome.
     *
     * @param kept the number of kept rows that they draft for
     * @param firstSlot slot of the draft block that the first of them stands for: 0, the anchor's own, or 1 in short
     *     groups
     * @param rows their number
     */
    public record Group(int kept, int firstSlot, int rows) {}
}
