package dev.tidar.model;

import dev.tidar.sampling.Picking;
import dev.tidar.sampling.VerifyPlan;
import dev.tidar.tensor.StepRows;
import java.util.List;

/**
 * All that a step needs, known to the host before it.
 *
 * @param rows the rows of the forward
 * @param plans one for each sequence: its verify rows and its groups
 * @param pickings one for each sequence
 */
public record StepInputs(StepRows rows, List<VerifyPlan> plans, List<Picking> pickings) {

    public StepInputs {
        plans = List.copyOf(plans);
        pickings = List.copyOf(pickings);
        if (plans.size() != rows.numSequences() || pickings.size() != rows.numSequences()) {
            throw new IllegalArgumentException("a step of %d sequences must have as many plans (%d) and pickings (%d)"
                    .formatted(rows.numSequences(), plans.size(), pickings.size()));
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
    }

    /** Row numbers that get the head first: the verify rows of all sequences, in order. */
    public int[] verifyRows() {
        int[] numbers = new int[plans.stream().mapToInt(VerifyPlan::verifyRows).sum()];
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstPick() + j] = plan.firstRow() + j;
            }
        }
        return numbers;
    }

    /** Drafts that all sequences together can get: K - 1 each, 0 where no group is carried. */
    public int numDrafts() {
        return plans.stream().mapToInt(plan -> plan.draftLength() - 1).sum();
    }
}
