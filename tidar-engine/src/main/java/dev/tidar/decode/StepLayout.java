package dev.tidar.decode;

import dev.tidar.api.DecodeMode;
import dev.tidar.step.GroupWidth;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.SequenceStep.Group;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which rows a decode step carries. All layouts emit the same tokens; they differ in how many rows a forward has and
 * how many tokens a step can emit.
 */
public sealed interface StepLayout
        permits StepLayout.Autoregressive, StepLayout.SinglePass, StepLayout.TwoPass, WithDraftModel {

    /** One token a forward. */
    StepLayout AUTOREGRESSIVE = new Autoregressive();

    /** The rows of the next forward of a sequence. */
    SequenceStep next(DecodeState state, int maskToken);

    /** The group that a prefill carries after the prompt, so that the first draft costs no pass; empty for none. */
    List<Group> afterPrompt(int promptEnd, int room, int maskToken);

    /** The mode that has such layouts; never {@link DecodeMode#AUTO}, which chooses among those of the others. */
    DecodeMode mode();

    /** K, rows in a draft block; 1 is no drafts. */
    int draftLength();

    /** Trust in the verify rows; below 1 they are mixed with mask rows, and decoding is not exact. */
    double beta();

    /** The maximum number of rows in one forward of this layout, without those of free drafts. */
    int maxRows();

    /** Forwards of one step. */
    int forwards();

    /**
     * Tokens that a forward emits which verifies drafts of masks.
     *
     * @param mean tokens that a forward of this layout emits in the mean, those that only draft included
     */
    double tokensOfDrafts(double mean);

    /**
     * Tokens that a step emits in the mean.
     *
     * @param acceptance chance of each draft to be accepted once the one before it was, in [0, 1]
     */
    double tokensPerStep(double acceptance);

    /** Plain autoregressive decoding: the anchor, nothing else. */
    record Autoregressive() implements StepLayout {

        @Override
        public SequenceStep next(DecodeState state, int maskToken) {
            List<Integer> rows = state.blockWithFreeDrafts(1);
            return new SequenceStep(rows, state.position(), rows.size(), 1, List.of());
        }

        @Override
        public List<Group> afterPrompt(int promptEnd, int room, int maskToken) {
            return List.of();
        }

        @Override
        public DecodeMode mode() {
            return DecodeMode.AUTOREGRESSIVE;
        }

        @Override
        public int draftLength() {
            return 1;
        }

        @Override
        public int maxRows() {
            return 1;
        }

        @Override
        public int forwards() {
            return 1;
        }

        @Override
        public double tokensPerStep(double acceptance) {
            return 1;
        }

        @Override
        public double tokensOfDrafts(double mean) {
            return mean;
        }

        @Override
        public double beta() {
            return 1;
        }

        @Override
        public String toString() {
            return "autoregressive";
        }
    }

    /**
     * TiDAR's own layout (arXiv 2511.08923, 3.2): one forward verifies the last draft and drafts for every carried
     * outcome. After a kept count outside the outcomes the next step has one verify row and one group: it emits one
     * token and drafts again. Without outcomes, steps that draft and steps that verify alternate.
     *
     * @param draftLength K, at least 2
     * @param outcomes kept counts for which groups are carried
     * @param groups the slots of each group; all of them if beta is below 1
     * @param beta trust in the verify rows, in [0, 1]
     */
    record SinglePass(int draftLength, SortedSet<Integer> outcomes, GroupWidth groups, double beta)
            implements StepLayout {

        private static final int NO_OUTCOME = 0;

        /** The exact layout with full groups. */
        public SinglePass(int draftLength, SortedSet<Integer> outcomes) {
            this(draftLength, outcomes, GroupWidth.FULL);
        }

        /** The exact layout. */
        public SinglePass(int draftLength, SortedSet<Integer> outcomes, GroupWidth groups) {
            this(draftLength, outcomes, groups, 1);
        }

        public SinglePass {
            outcomes = Collections.unmodifiableSortedSet(new TreeSet<>(outcomes));
            requireDrafts(draftLength);
            if (beta < 1 && groups != GroupWidth.FULL) {
                throw new IllegalArgumentException("beta below 1 needs slot 0 of each group, but groups are short");
            }
        }

        @Override
        public SequenceStep next(DecodeState state, int maskToken) {
            boolean isFree = state.numFreeDrafts() > 0 && beta == 1; // what beta mixes with is the group of each row
            List<Integer> rows = isFree ? state.blockWithFreeDrafts(draftLength) : state.draftBlock(draftLength);
            List<Group> carried = new ArrayList<>();
            for (int kept = 1; kept <= rows.size(); kept++) {
                int outcome = isFree ? outcomeOfFree(kept, rows.size()) : kept;
                boolean wanted = state.drafts().isEmpty() || outcomes.contains(outcome);
                if (wanted && state.fits(kept, draftLength)) {
                    carried.add(masks(kept, state.position() + kept, maskToken));
                }
            }
            return new SequenceStep(rows, state.position(), rows.size(), draftLength, carried);
        }

        /** The outcome that a kept count of free drafts is: K stands for all of their block, whatever its length. */
        private int outcomeOfFree(int kept, int block) {
            if (kept == block) {
                return draftLength;
            }
            return kept < draftLength ? kept : NO_OUTCOME;
        }

        @Override
        public List<Group> afterPrompt(int promptEnd, int room, int maskToken) {
            return draftLength <= room ? List.of(masks(1, promptEnd, maskToken)) : List.of();
        }

        private Group masks(int kept, int position, int maskToken) {
            return new Group(
                    kept,
                    Collections.nCopies(groups.rows(draftLength), maskToken),
                    position + groups.firstSlot(),
                    position);
        }

        @Override
        public DecodeMode mode() {
            return DecodeMode.SINGLE_PASS;
        }

        @Override
        public int maxRows() {
            int group = groups.rows(draftLength);
            return Math.max(draftLength + outcomes.size() * group, 1 + group);
        }

        @Override
        public int forwards() {
            return 1;
        }

        /** Without outcomes every second forward emits one token. */
        @Override
        public double tokensOfDrafts(double mean) {
            return outcomes.isEmpty() ? 2 * mean - 1 : mean;
        }

        /** After a kept count outside the outcomes comes a step without drafts, which emits one token. */
        @Override
        public double tokensPerStep(double acceptance) {
            double missed = 1;
            for (int kept : outcomes) {
                double rejected = kept < draftLength ? 1 - acceptance : 1;
                missed -= Math.pow(acceptance, kept - 1) * rejected;
            }
            return (StepLayout.tokensOfBlock(draftLength, acceptance) + missed) / (1 + missed);
        }

        @Override
        public String toString() {
            return "single-pass, draft length " + draftLength
                    + (outcomes.size() == draftLength ? "" : ", outcomes " + named())
                    + (groups == GroupWidth.SHORT ? ", short groups" : "")
                    + (beta < 1 ? ", lossy" : "");
        }

        private String named() {
            return outcomes.isEmpty()
                    ? "none"
                    : outcomes.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
    }

    /**
     * Linear self-speculation: a draft pass over a copy of the anchor and K - 1 masks in both directions, then a causal
     * pass that verifies.
     *
     * @param draftLength K, at least 2
     */
    record TwoPass(int draftLength) implements StepLayout {

        public TwoPass {
            requireDrafts(draftLength);
        }

        @Override
        public SequenceStep next(DecodeState state, int maskToken) {
            if (state.drafted() || !state.drafts().isEmpty() || !state.fits(0, draftLength)) {
                List<Integer> rows = state.blockWithFreeDrafts(draftLength);
                return new SequenceStep(rows, state.position(), rows.size(), draftLength, List.of());
            }
            var tokens = new ArrayList<>(Collections.nCopies(draftLength, maskToken));
            tokens.set(0, state.anchor());
            Group block = new Group(0, tokens, state.position(), state.position());
            return new SequenceStep(List.of(), state.position(), 0, draftLength, List.of(block));
        }

        @Override
        public List<Group> afterPrompt(int promptEnd, int room, int maskToken) {
            return List.of();
        }

        @Override
        public DecodeMode mode() {
            return DecodeMode.TWO_PASS;
        }

        @Override
        public int maxRows() {
            return draftLength;
        }

        @Override
        public int forwards() {
            return 2;
        }

        @Override
        public double tokensOfDrafts(double mean) {
            return 2 * mean;
        }

        @Override
        public double tokensPerStep(double acceptance) {
            return StepLayout.tokensOfBlock(draftLength, acceptance);
        }

        @Override
        public double beta() {
            return 1;
        }

        @Override
        public String toString() {
            return "two-pass, draft length " + draftLength;
        }
    }

    /** One, and each draft if all before it were accepted. */
    static double tokensOfBlock(int draftLength, double acceptance) {
        double tokens = 1;
        for (int draft = 1; draft < draftLength; draft++) {
            tokens = 1 + acceptance * tokens;
        }
        return tokens;
    }

    /** Rejects a draft block without room for a draft. */
    static void requireDrafts(int draftLength) {
        if (draftLength < 2) {
            throw new IllegalArgumentException("draft length must be at least 2, but is " + draftLength);
        }
    }

    /** All kept counts of a draft block. */
    static SortedSet<Integer> allOutcomes(int draftLength) {
        var all = new TreeSet<Integer>();
        for (int kept = 1; kept <= draftLength; kept++) {
            all.add(kept);
        }
        return all;
    }
}
