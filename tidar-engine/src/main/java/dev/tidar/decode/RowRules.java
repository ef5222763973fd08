package dev.tidar.decode;

import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.SequenceStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How the rows of one sequence sample: verify rows with the history up to their own token, drafts with the history at
 * the start of the step. Confined to the engine thread.
 */
final class RowRules {

    private final SamplingParams params;
    private final Optional<TokenHistory> history;

    /** The history is kept only where it counts. */
    RowRules(SamplingParams params, List<Integer> prompt) {
        this.params = params;
        this.history = params.penalties().areOff() ? Optional.empty() : Optional.of(new TokenHistory(prompt));
    }

    /** A token was emitted. */
    void emitted(int token) {
        history.ifPresent(h -> h.add(token));
    }

    /**
     * Rules of the next step.
     *
     * @param masks what each verify row may sample; empty where nothing is refused
     */
    ForStep of(SequenceStep step, List<long[]> masks) {
        ForStep rules = of(step);
        if (masks.isEmpty()) {
            return rules;
        }
        List<RowSampling> masked = new ArrayList<>(masks.size());
        for (int row = 0; row < masks.size(); row++) {
            masked.add(rules.verify().get(row).allowing(masks.get(row)));
        }
        return new ForStep(masked, rules.draft());
    }

    private ForStep of(SequenceStep step) {
        TokenCounts counts = history.map(TokenHistory::counts).orElse(TokenCounts.NONE);
        int drafts = step.groups().isEmpty() ? 0 : step.draftLength() - 1;
        return new ForStep(verify(step, counts), Collections.nCopies(drafts, RowSampling.draft(params, counts)));
    }

    private List<RowSampling> verify(SequenceStep step, TokenCounts counts) {
        RowSampling first = RowSampling.verify(params, counts, TokenCounts.NONE);
        if (history.isEmpty()) {
            return Collections.nCopies(step.verifyRows(), first);
        }
        int firstDraft = step.exactTokens().size() - step.verifyRows() + 1;
        List<RowSampling> rules = new ArrayList<>(step.verifyRows());
        for (int row = 0; row < step.verifyRows(); row++) {
            List<Integer> drafts = step.exactTokens().subList(firstDraft, firstDraft + row);
            rules.add(RowSampling.verify(params, counts, history.get().changedBy(drafts)));
        }
        return rules;
    }

    /**
     * Rules of the rows of one sequence.
     *
     * @param verify one for each verify row
     * @param draft one for each draft that can be got
     */
    record ForStep(List<RowSampling> verify, List<RowSampling> draft) {}
}
