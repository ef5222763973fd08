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
 * Everything that a step needs. All of it is known to the host before the step.
 *
 * <p>The head is applied to the verify rows, and to the masks that draft after the kept ones. Which masks these are is
 * decided by the samples of the verify rows, so it takes a second pass over the head's weights. While masks are few it
 * costs less to sample all of them in the first pass, and to use those that the kept rows choose.
 *
 * @param rows the rows of the forward
 * @param plans one for each sequence: its verify rows and its groups
 * @param verifySamplings one for each sample of the first pass: for each verify row, then for each drafting row if
 *     masks are sampled with them, then for padding
 * @param draftSamplings one for each draft that a group can give, in the order of the drafts
 * @param firstMask the sample of the first drafting row, or {@link Ids#NONE} where masks have a pass of their own
 */
public record StepInputs(
        StepRows rows,
        List<VerifyPlan> plans,
        List<RowSampling> verifySamplings,
        List<RowSampling> draftSamplings,
        int firstMask) {

    /**
     * Masks at most that may be sampled in vain, so that the head is read once and not twice. On two cores with AVX2
     * the head of 3 rows and then of 2 takes 2.8 ms, that of 9 rows 2.4 (docs/benchmarks/2026-11-30-drafting-pays.md).
     */
    private static final int SAMPLED_IN_VAIN = 4;

    private static final RowSampling PADDING = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);

    /** A step whose masks have a pass of their own. */
    public StepInputs(
            StepRows rows,
            List<VerifyPlan> plans,
            List<RowSampling> verifySamplings,
            List<RowSampling> draftSamplings) {
        this(rows, plans, verifySamplings, draftSamplings, Ids.NONE);
    }

    public StepInputs {
        plans = List.copyOf(plans);
        verifySamplings = List.copyOf(verifySamplings);
        draftSamplings = List.copyOf(draftSamplings);
        if (plans.size() != rows.numSequences()) {
            throw new IllegalArgumentException("a step of %d sequences must have as many plans, but has %d"
                    .formatted(rows.numSequences(), plans.size()));
        }
        int sampled = 0;
        int drafts = 0;
        for (VerifyPlan plan : plans) {
            if (plan.firstSample() != sampled || plan.firstDraft() != drafts) {
                throw new IllegalArgumentException("samples and drafts must be consecutive");
            }
            sampled += plan.verifyRows();
            drafts += plan.draftLength() - 1;
        }
        if (firstMask != Ids.NONE && firstMask < sampled) {
            throw new IllegalArgumentException(
                    "masks must be sampled after the %d verify rows, but from %d on".formatted(sampled, firstMask));
        }
        if (verifySamplings.size() < sampled || draftSamplings.size() != drafts) {
            throw new IllegalArgumentException(
                    "%d verify rows and %d drafts must each have a sampling, but there are %d and %d"
                            .formatted(sampled, drafts, verifySamplings.size(), draftSamplings.size()));
        }
    }

    /** How the rows of a pass are sampled, in their order. */
    public List<RowSampling> samplings(Pass pass) {
        return switch (pass) {
            case VERIFY -> verifySamplings;
            case DRAFT -> firstMask == Ids.NONE ? draftSamplings : List.of();
        };
    }

    /** Whether a verify row is asked for log-probabilities. */
    public boolean asksLogProbs() {
        return verifySamplings.stream().anyMatch(sampling -> sampling.logProbs().isPresent());
    }

    /** Whether all rows are sampled by temperature and seed alone, those of each sequence alike. */
    public boolean isPlain() {
        return Stream.concat(verifySamplings.stream(), draftSamplings.stream()).allMatch(RowSampling::isPlain);
    }

    /** How each sequence samples; GREEDY where it samples nothing. */
    public List<SamplingParams> samplingParams() {
        return plans.stream().map(this::params).toList();
    }

    private SamplingParams params(VerifyPlan plan) {
        if (plan.verifyRows() > 0) {
            return verifySamplings.get(plan.firstSample()).params();
        }
        return plan.draftLength() > 1 ? draftSamplings.get(plan.firstDraft()).params() : SamplingParams.GREEDY;
    }

    /**
     * The rows that get the head first: the verify rows of all sequences in order, then the masks if they are sampled
     * with them, then NONE for each one of padding.
     */
    public int[] verifyRows() {
        int[] numbers = new int[verifySamplings.size()];
        Arrays.fill(numbers, Ids.NONE);
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstSample() + j] = plan.firstRow() + j;
            }
            if (firstMask != Ids.NONE) {
                plan.forEachMask((slot, row) -> numbers[maskSample(row)] = row);
            }
        }
        return numbers;
    }

    /** The sample of a drafting row, where masks are sampled with the verify rows. */
    private int maskSample(int row) {
        return firstMask + row - rows.counts().exact();
    }

    /**
     * The drafts of the group that a plan chose by its kept rows; empty without one.
     *
     * @param sampled the samples of the first pass
     * @param drafts those of the second
     */
    public int[] drafts(VerifyPlan plan, int kept, int[] sampled, int[] drafts) {
        int group = plan.group(kept);
        if (group == Ids.NONE) {
            return new int[0];
        }
        int first = firstMask == Ids.NONE ? plan.firstDraft() : maskSample(group + 1);
        int[] from = firstMask == Ids.NONE ? drafts : sampled;
        return Arrays.copyOfRange(from, first, first + plan.draftLength() - 1);
    }

    /** Whether a verify row is mixed with a mask. */
    public boolean mixes() {
        return plans.stream().anyMatch(plan -> plan.beta() < 1);
    }

    /** For each row of {@link #verifyRows} the row that it is mixed with, or NONE. */
    public int[] mixedRows() {
        int[] numbers = new int[verifySamplings.size()];
        Arrays.fill(numbers, Ids.NONE);
        for (VerifyPlan plan : plans) {
            for (int j = 0; j < plan.verifyRows(); j++) {
                numbers[plan.firstSample() + j] = plan.mixedWith(j);
            }
        }
        return numbers;
    }

    /** The number of rows that get the head first. */
    public int numSamples() {
        return verifySamplings.size();
    }

    /** The number of rows that get it second: K - 1 for each sequence that carries groups. */
    public int numDrafts() {
        return samplings(Pass.DRAFT).size();
    }

    public StepShape shape() {
        return new StepShape(rows.counts(), rows.numSequences(), numSamples(), numDrafts());
    }

    /**
     * The same step in a larger shape. Its results begin with the results of this one. Padding belongs to sequences of
     * its own, of which the shape must have at least one; padding rows see nothing, and their samples and drafts are
     * NONE. Drafting rows come after the padding of the exact rows.
     */
    public StepInputs padded(StepShape shape) {
        List<VerifyPlan> all = new ArrayList<>(shape.sequences());
        int moved = shape.rows().exact() - rows.counts().exact();
        plans.forEach(plan -> all.add(plan.withGroupsMoved(moved)));
        int sampled = plans.stream().mapToInt(VerifyPlan::verifyRows).sum();
        int drafts = draftSamplings.size();
        int paddedDrafts = Math.max(drafts, shape.drafts()); // none are where they have no pass of their own
        List<RowSampling> draftsAndPadding = padded(draftSamplings, paddedDrafts);
        while (all.size() < shape.sequences()) {
            all.add(VerifyPlan.padding(sampled, drafts, paddedDrafts - drafts));
            drafts = paddedDrafts;
        }
        return new StepInputs(
                rows.padded(shape.rows(), shape.sequences()),
                all,
                padded(verifySamplings, shape.sampled()),
                draftsAndPadding,
                firstMask);
    }

    private static List<RowSampling> padded(List<RowSampling> samplings, int count) {
        List<RowSampling> all = new ArrayList<>(samplings);
        all.addAll(Collections.nCopies(count - samplings.size(), PADDING));
        return all;
    }

    /** Collects the sequences of a step. */
    public static final class Builder {

        private final List<Part> parts = new ArrayList<>();

        /** What one sequence brings. */
        private record Part(SequenceStep step, float beta, RowSamplings sampling, int[] blocks) {}

        /**
         * Adds a sequence.
         *
         * @param blocks its blocks in position order, with room for all its exact rows; not to be changed during the
         *     step
         * @param step its rows
         * @param beta trust in its verify rows, see {@link VerifyPlan}
         * @param sampling how its rows sample
         */
        public Builder add(int[] blocks, SequenceStep step, double beta, RowSamplings sampling) {
            parts.add(new Part(step, (float) beta, sampling, blocks));
            return this;
        }

        /** Lays out the rows of all sequences: exact rows first, then the groups. */
        public StepInputs build() {
            StepRows.Builder rows = new StepRows.Builder();
            int[] firstVerify = new int[parts.size()];
            for (int s = 0; s < parts.size(); s++) {
                firstVerify[s] = addExactRows(rows, parts.get(s));
            }
            List<VerifyPlan> plans = new ArrayList<>(parts.size());
            List<RowSampling> verify = new ArrayList<>();
            List<RowSampling> drafts = new ArrayList<>();
            for (int s = 0; s < parts.size(); s++) {
                Part part = parts.get(s);
                SequenceStep step = part.step();
                plans.add(new VerifyPlan(
                        firstVerify[s],
                        step.verifyRows(),
                        verify.size(),
                        drafts.size(),
                        step.groups().isEmpty() ? 1 : step.draftLength(),
                        addGroups(rows, s, step),
                        part.beta()));
                verify.addAll(part.sampling().verify());
                drafts.addAll(part.sampling().drafts());
            }
            StepRows built = rows.build();
            if (!masksGoWithVerifyRows(plans, verify.size(), drafts.size())) {
                return new StepInputs(built, plans, verify, drafts);
            }
            int firstMask = verify.size();
            verify.addAll(Collections.nCopies(built.counts().drafting(), PADDING));
            for (VerifyPlan plan : plans) {
                plan.forEachMask((slot, row) ->
                        verify.set(firstMask + row - built.counts().exact(), drafts.get(plan.firstDraft() + slot - 1)));
            }
            return new StepInputs(built, plans, verify, drafts, firstMask);
        }

        /** Rows that are mixed with masks keep two passes, because the kernels that mix expect verify rows alone. */
        private static boolean masksGoWithVerifyRows(List<VerifyPlan> plans, int samples, int drafts) {
            int masks = plans.stream().mapToInt(VerifyPlan::masks).sum();
            return samples > 0
                    && masks > 0
                    && masks - drafts <= SAMPLED_IN_VAIN
                    && plans.stream().allMatch(plan -> plan.beta() == 1);
        }

        /** Returns the number of the first verify row. */
        private static int addExactRows(StepRows.Builder rows, Part part) {
            int sequence = rows.sequence(part.blocks());
            SequenceStep step = part.step();
            int next = 0;
            for (int i = 0; i < step.exactTokens().size(); i++) {
                next = rows.exact(sequence, step.exactTokens().get(i), step.position() + i) + 1;
            }
            return next - step.verifyRows();
        }

        /** Returns the groups of a plan, see {@link VerifyPlan}. */
        private static int[] addGroups(StepRows.Builder rows, int sequence, SequenceStep step) {
            int[] slot0 = new int[step.verifyRows() + 1];
            Arrays.fill(slot0, Ids.NONE);
            for (SequenceStep.Group group : step.groups()) {
                int[] tokens =
                        group.tokens().stream().mapToInt(Integer::intValue).toArray();
                int firstSlot = step.draftLength() - tokens.length;
                slot0[group.kept()] = rows.group(sequence, tokens, group.position(), group.seen()) - firstSlot;
            }
            return slot0;
        }
    }
}
