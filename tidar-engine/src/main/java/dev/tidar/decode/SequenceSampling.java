package dev.tidar.decode;

import dev.tidar.decode.Constraint.Allowed;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.sampling.TokenHistory;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How the rows of one sequence sample: verify rows with the token counts up to their own token and with the tokens that
 * the constraint allows there, drafts with the counts at the start of the step and without a constraint. Confined to
 * the engine thread.
 */
final class SequenceSampling {

    private final SamplingParams params;
    private final Optional<TokenHistory> history;

    /** The history is kept only where penalties read it. */
    SequenceSampling(SamplingParams params, List<Integer> prompt) {
        this.params = params;
        this.history = params.penalties().areOff() ? Optional.empty() : Optional.of(new TokenHistory(prompt));
    }

    /** Counts a token that was emitted. */
    void emitted(int token) {
        history.ifPresent(h -> h.add(token));
    }

    /**
     * The sampling of the rows of a step.
     *
     * @param allowed the tokens that each verify row may sample
     */
    RowSamplings of(SequenceStep step, List<Allowed> allowed) {
        TokenCounts counts = counts();
        List<RowSampling> verify = new ArrayList<>(step.verifyRows());
        RowSampling first = RowSampling.verify(params, counts, TokenCounts.NONE);
        for (int row = 0; row < step.verifyRows(); row++) {
            long[] ids = allowed.get(row).ids();
            RowSampling own = after(first, step.draftsBefore(row));
            verify.add(ids.length == 0 ? own : own.allowing(ids));
        }
        int drafts = step.groups().isEmpty() ? 0 : step.draftLength() - 1;
        return new RowSamplings(verify, Collections.nCopies(drafts, RowSampling.draft(params, counts)));
    }

    /** The sampling of a row of the draft model after some drafts of the next step. */
    RowSampling afterDrafts(List<Integer> drafts) {
        return after(RowSampling.draft(params, counts()), drafts);
    }

    /** The sampling of a row after some drafts, which count as if they were accepted. */
    private RowSampling after(RowSampling first, List<Integer> drafts) {
        return history.isEmpty() || drafts.isEmpty()
                ? first
                : new RowSampling(
                        params, first.history(), history.get().changedBy(drafts), first.allowed(), first.logProbs());
    }

    private TokenCounts counts() {
        return history.map(TokenHistory::counts).orElse(TokenCounts.NONE);
    }
}
