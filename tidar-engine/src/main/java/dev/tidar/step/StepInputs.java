package dev.tidar.step;

import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that a step needs, known to the host before it.
 *
 * @param rows the rows of the forward
 * @param plans one for each sequence: its verify rows and its groups
 * @param verifyRules one for each verify row, in the order of the samples, and one for each sample of padding
 * @param draftRules one for each draft that can be got, in the order of the drafts
 */
public record StepInputs(StepRows rows, List<VerifyPlan> plans, List<RowSampling> verifyRules, List<RowSampling> draftRules) {

    private static final RowSampling PADDING = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);

    public StepInputs {
        plans = List.copyOf(plans);
        verifyRules = List.copyOf(verifyRules);
        draftRules = List.copyOf(draftRules);
        if (plans.size() != rows.numSequences()) {
            throw new IllegalArgumentException("a step of %d sequences must have as many plans, but has %d"
                    .formatted(rows.numSequences(), plans.size()));
        }
        int sampled = 0;
        int drafts = 0;
        for (VerifyPlan plan : plans) {
            if (plan.firstSample() != sampled || plan.firstDraft() != drafts) {
                throw new IllegalArgumentException("picks and drafts must be consecutive");
            }
            sampled += plan.verifyRows();
            drafts += plan.draftLength() - 1;
        }
        if (verifyRules.size() < sampled || draftRules.size() != drafts) {
            throw new IllegalArgumentException(
                    "%d verify rows and %d drafts must each have a rule, but there are %d and %d"
                            .formatted(sampled, drafts, verifyRules.size(), draftRules.size()));
        }
    }

    /** How the rows of a pass are sampled, in their order. */
    public List<RowSampling> rules(Pass pass) {
        return switch (pass) {
            case VERIFY -> verifyRules;
            case DRAFT -> draftRules;
        };
    }

    /** Whether a verify row is asked for log-probabilities. */
    public boolean asksLogProbs() {
        return verifyRules.stream().anyMatch(rule -> rule.logProbs().isPresent());
    }

    /** Whether all rows are sampled by temperature and seed alone, those of each sequence alike. */
    public boolean isPlain() {
        return Stream.concat(verifyRules.stream(), draftRules.stream()).allMatch(RowSampling::isPlain);
    }

    /** How each sequence samples; GREEDY where it samples nothing. */
    public List<SamplingParams> samplingParams() {
        return plans.stream().map(this::params).toList();
    }

    private SamplingParams params(VerifyPlan plan) {
        if (plan.verifyRows() > 0) {
            return verifyRules.get(plan.firstSample()).params();
        }
        return plan.draftLength() > 1 ? draftRules.get(plan.firstDraft()).params() : SamplingParams.GREEDY;
    }

    /**
     * Row numbers that get the head first: the verify rows of all sequences, in order, then NONE for each of padding.
     */
    public int[] verifyRows() {
        int[] numbers = new int[verifyRules.size()];
        Arrays.fill(numbers, Ids.NONE);
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstSample() + j] = plan.firstRow() + j;
            }
        }
        return numbers;
    }

    /** Whether a verify row is mixed with a mask. */
    public boolean mixes() {
        return plans.stream().anyMatch(plan -> plan.beta() < 1);
    }

    /** For each row of {@link #verifyRows} the row that it is mixed with, or NONE. */
    public int[] mixedRows() {
        int[] numbers = new int[verifyRules.size()];
        Arrays.fill(numbers, Ids.NONE);
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstSample() + j] = plan.mixedWith(j);
            }
        }
        return numbers;
    }

    /** Rows that get the head first. */
    public int numSamples() {
        return verifyRules.size();
    }

    /** Drafts that all sequences together can get: K - 1 each, 0 where no group is carried. */
    public int numDrafts() {
        return draftRules.size();
    }

    public StepShape shape() {
        return new StepShape(rows.counts(), rows.numSequences(), numSamples(), numDrafts());
    }

    /**
     * The same step in a larger shape: what a device returns for it begins with what it returns for this one. Padding
     * belongs to sequences of its own, of which the shape must have one at least; its rows see nothing, its samples and
     * drafts are NONE. Drafting rows move after the padding of the exact rows.
     */
    public StepInputs padded(StepShape shape) {
        List<VerifyPlan> all = new ArrayList<>(shape.sequences());
        int moved = shape.rows().exact() - rows.counts().exact();
        plans.forEach(plan -> all.add(plan.withGroupsMoved(moved)));
        int sampled = plans.stream().mapToInt(VerifyPlan::verifyRows).sum();
        int drafts = numDrafts();
        while (all.size() < shape.sequences()) {
            all.add(VerifyPlan.padding(sampled, drafts, shape.drafts() - drafts));
            drafts = shape.drafts();
        }
        return new StepInputs(
                rows.padded(shape.rows(), shape.sequences()),
                all,
                padded(verifyRules, shape.sampled()),
                padded(draftRules, shape.drafts()));
    }

    private static List<RowSampling> padded(List<RowSampling> rules, int count) {
        List<RowSampling> all = new ArrayList<>(rules);
        all.addAll(Collections.nCopies(count - rules.size(), PADDING));
        return all;
    }
}
