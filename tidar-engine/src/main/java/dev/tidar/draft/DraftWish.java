package dev.tidar.draft;

import dev.tidar.sampling.RowSampling;
import java.util.List;
import java.util.function.Function;

/**
 * What one sequence wants of the draft model before its next step.
 *
 * @param sequence what the draft model knows of it
 * @param tokens its tokens, not to be changed meanwhile
 * @param known how many of them the draft model should have computed; all of them if it should draft
 * @param drafts the number of drafts; 0 to compute tokens alone
 * @param sampling how the row that follows some drafts samples
 */
public record DraftWish(
        DraftedSequence sequence,
        List<Integer> tokens,
        int known,
        int drafts,
        Function<List<Integer>, RowSampling> sampling) {

    public DraftWish {
        if (drafts > 0 && known < tokens.size()) {
            throw new IllegalArgumentException(
                    "drafts must follow all tokens, but %d of %d are to be known".formatted(known, tokens.size()));
        }
    }

    /** Tokens to compute. */
    int behind() {
        return known - sequence.computed();
    }

    boolean isComplete() {
        return sequence.drafts().size() >= drafts;
    }
}
