package dev.tidar.model;

import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.VerifyPlan;
import dev.tidar.tensor.StepRows;
import java.util.List;

/**
 * All that a step needs, known to the host before it.
 *
 * @param rows the rows of the forward
 * @param plans one for each sequence: its verify rows and its groups
 * @param verifyRules one for each verify row, in the order of the picks
 * @param draftRules one for each draft that can be got, in the order of the drafts
 */
public record StepInputs(StepRows rows, List<VerifyPlan> plans, List<PickRule> verifyRules, List<PickRule> draftRules) {

    public StepInputs {
        plans = List.copyOf(plans);
        verifyRules = List.copyOf(verifyRules);
        draftRules = List.copyOf(draftRules);
        if (plans.size() != rows.numSequences()) {
            throw new IllegalArgumentException("a step of %d sequences must have as many plans, but has %d"
                    .formatted(rows.numSequences(), plans.size()));
        }
        int picks = 0;
        int drafts = 0;
        for (VerifyPlan plan : plans) {
            if (plan.firstPick() != picks || plan.firstDraft() != drafts) {
                throw new IllegalArgumentException("picks and drafts must be consecutive");
            }
            picks += plan.verifyRows();
            drafts += plan.draftLength() - 1;
        }
        if (verifyRules.size() != picks || draftRules.size() != drafts) {
            throw new IllegalArgumentException(
                    "%d verify rows and %d drafts must each have a rule, but there are %d and %d"
                            .formatted(picks, drafts, verifyRules.size(), draftRules.size()));
        }
    }

    /** Whether a verify row is asked for log-probabilities. */
    public boolean asksLogProbs() {
        return verifyRules.stream().anyMatch(rule -> rule.logProbs().isPresent());
    }

    /** Row numbers that get the head first: the verify rows of all sequences, in order. */
    public int[] verifyRows() {
        int[] numbers = new int[verifyRules.size()];
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstPick() + j] = plan.firstRow() + j;
            }
        }
        return numbers;
    }

    /** Drafts that all sequences together can get: K - 1 each, 0 where no group is carried. */
    public int numDrafts() {
        return draftRules.size();
    }
}
