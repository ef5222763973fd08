package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.GenerationStep;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.step.GroupWidth;
import dev.tidar.step.SequenceStep;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Drafts")
class DraftSourceTest {

    private static final int END = 99;

    private final Sequence sequence = new Sequence(List.of(7), new BlockTable(new BlockPool(1), 16));

    private static final LongConsumer UNMETERED = steps -> {};

    /** An answer that counts from a token to the last one, and is complete after END. */
    private record Counting(int next, int last) implements Constraint {

        @Override
        public Optional<Constraint> advance(int token, LongConsumer work) {
            return token == expected() ? Optional.of(new Counting(next + 1, last)) : Optional.empty();
        }

        private int expected() {
            return next <= last ? next : END;
        }

        @Override
        public Allowed allowed(int maxTokens, LongConsumer work) {
            return new Allowed(new long[] {1L << expected()}, false);
        }

        @Override
        public List<Integer> forced(LongConsumer work) {
            return IntStream.concat(IntStream.rangeClosed(next, last), IntStream.of(END))
                    .boxed()
                    .toList();
        }

        @Override
        public boolean isComplete() {
            return next == last + 2;
        }
    }

    @Nested
    class OfMasks {

        @Test
        void areThoseThatTheLastStepLeft() {
            sequence.propose(List.of(3, 4));

            assertThat(DraftSource.MASKS
                            .propose(sequence, Constraint.NONE, UNMETERED)
                            .tokens())
                    .containsExactly(3, 4);
        }

        @Test
        void areLostWithTheBlocksOfTheSequence() {
            sequence.propose(List.of(3, 4));
            sequence.preempt();

            assertThat(DraftSource.MASKS
                            .propose(sequence, Constraint.NONE, UNMETERED)
                            .isEmpty())
                    .isTrue();
        }
    }

    @Nested
    class OfForcedTokens {

        private final ForcedDrafts forced = new ForcedDrafts();

        @Test
        void areWhatTheConstraintLeavesNoChoiceAboutUpToItsEnd() {
            assertThat(forced.propose(sequence, new Counting(1, 3), UNMETERED).tokens())
                    .containsExactly(1, 2, 3);
            assertThat(forced.propose(sequence, Constraint.NONE, UNMETERED).isEmpty())
                    .isTrue();
        }

        @Test
        void areAtMostEight() {
            assertThat(forced.propose(sequence, new Counting(1, 20), UNMETERED).tokens())
                    .hasSize(8);
        }

        @Test
        void endWhenTheModelHasSpelledThemOtherwiseTwice() {
            forced.verified(List.of(1, 2), List.of(1, 5));
            assertThat(forced.propose(sequence, new Counting(1, 3), UNMETERED).isEmpty())
                    .isFalse();

            forced.verified(List.of(1, 2), List.of(6));
            assertThat(forced.propose(sequence, new Counting(1, 3), UNMETERED).isEmpty())
                    .isTrue();
        }

        @Test
        void areVerifiedByAutoregressiveStepsTooBecauseTheyCostTheDeviceNothing() {
            DecodeState state =
                    new DecodeState(10, 7, forced.propose(sequence, new Counting(1, 3), UNMETERED), false, 100);

            assertThat(StepLayout.AUTOREGRESSIVE.next(state, 0).exactTokens()).containsExactly(7, 1, 2, 3);
        }
    }

    @Nested
    class FromTheText {

        /** What the steps cost and yield: by default rows are free, and without drafts a step emits one token. */
        private record Steps(StepLayout current, double tokensOfMasks, double rowCost) implements LayoutChoice {

            @Override
            public double tokensPerForward(StepLayout layout) {
                return tokensOfMasks;
            }

            @Override
            public double batchYield(double tokens, int rowsBeyondLayout) {
                return tokens / (1 + rowCost * rowsBeyondLayout);
            }
        }

        private static final Steps FREE = new Steps(StepLayout.AUTOREGRESSIVE, 1, 0);

        @Test
        void areWhatFollowedTheLastTokensBefore() {
            assertThat(drafts(FREE, 1, 2, 3, 4, 5, 6, 1, 2, 3)).startsWith(4, 5, 6);
        }

        @Test
        void repeatWhatRepeatsItself() {
            assertThat(drafts(FREE, 7, 8, 9, 8, 9, 8, 9)).startsWith(8, 9, 8, 9);
            assertThat(drafts(FREE, 7, 5, 5, 5)).startsWith(5, 5, 5);
        }

        @Test
        void followTheLongestMatchAndOfEquallyLongOnesTheNewest() {
            assertThat(drafts(FREE, 1, 2, 3, 40, 8, 2, 3, 41, 9, 1, 2, 3)).startsWith(40, 8);
            assertThat(drafts(FREE, 1, 2, 3, 40, 8, 1, 2, 3, 41, 9, 1, 2, 3)).startsWith(41, 9);
        }

        @Test
        void needTwoTokensThatStoodTogetherBefore() {
            assertThat(drafts(FREE, 1, 2, 3, 9, 3)).isEmpty();
            assertThat(drafts(FREE, 1)).isEmpty();
        }

        @Test
        void areNoMoreThanTheTimeOfTheirRowsIsWorth() {
            int[] repeated = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4};

            assertThat(drafts(FREE, repeated)).hasSize(DraftSource.MAX_FREE_DRAFTS);
            assertThat(drafts(new Steps(StepLayout.AUTOREGRESSIVE, 1, 0.2), repeated))
                    .as("rows that take a fifth of a step")
                    .hasSize(1);
            assertThat(drafts(new Steps(StepLayout.AUTOREGRESSIVE, 1, 0.8), repeated))
                    .as("rows that take nearly a step")
                    .isEmpty();
        }

        @Test
        void standBackWhereTheMasksPromiseMore() {
            int[] repeated = {1, 2, 3, 4, 5, 6, 7, 1, 2};
            StepLayout masks = new StepLayout.SinglePass(4, StepLayout.allOutcomes(4));
            StepLayout alternating = new StepLayout.SinglePass(4, StepLayout.allOutcomes(0));

            assertThat(drafts(new Steps(alternating, 1.2, 0), List.of(30, 31, 32), repeated))
                    .as("a forward that verifies yields 1.4 where the mean is 1.2")
                    .isEmpty();
            assertThat(drafts(new Steps(alternating, 1.2, 0), repeated))
                    .as("a forward that only drafts")
                    .startsWith(3, 4);
            assertThat(drafts(new Steps(masks, 2.5, 0), List.of(30, 31, 32), repeated))
                    .isEmpty();
            assertThat(drafts(new Steps(masks, 1.1, 0), List.of(30, 31, 32), repeated))
                    .startsWith(3, 4);
            assertThat(drafts(new Steps(masks, 1.4, 0), List.of(30, 31, 32), repeated))
                    .isEmpty();
            assertThat(drafts(new Steps(masks, 1.4, 0), List.of(3, 31, 32), repeated))
                    .as("where both propose the same token")
                    .startsWith(3, 4);
        }

        @Test
        void becomeFewerAndThenNoneWhereTheyAreRejectedAndComeBackWithLongerMatches() {
            LookupDrafts lookup = new LookupDrafts(new Steps(StepLayout.AUTOREGRESSIVE, 1, 0.05));
            Sequence text = text(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3);
            lookup.extended(text);
            int most = proposed(lookup, text).size();
            for (int i = 0; i < 20; i++) {
                lookup.verified(proposed(lookup, text), List.of(99));
                lookup.extended(text);
            }

            assertThat(most).isGreaterThan(1);
            assertThat(proposed(lookup, text)).isEmpty();

            Sequence longer = text(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7);
            lookup.extended(longer);
            assertThat(proposed(lookup, longer)).startsWith(8, 1);
        }

        @Test
        void areReportedAsDraftsFromTheText() {
            assertThat(new LookupDrafts(FREE).reportedAs()).isEqualTo(GenerationStep.Source.TEXT);
        }

        @Test
        void endBeforeTheFirstThatTheConstraintForbids() {
            LookupDrafts lookup = new LookupDrafts(FREE);
            Sequence text = text(1, 2, 3, 4, 9, 9, 9, 1, 2);
            lookup.extended(text);

            assertThat(lookup.propose(text, new Counting(3, 8), UNMETERED).tokens())
                    .containsExactly(3, 4);
            assertThat(lookup.propose(text, new Counting(7, 8), UNMETERED).isEmpty())
                    .isTrue();
        }

        @Test
        void areVerifiedInEveryLayoutWithGroupsAfterItsOutcomes() {
            DecodeState state = new DecodeState(
                    10, 7, new DraftSource.Drafts(List.of(1, 2, 3, 4), new LookupDrafts(FREE)), false, 100);
            SequenceStep all = new StepLayout.SinglePass(2, StepLayout.allOutcomes(2)).next(state, 0);
            SequenceStep none = new StepLayout.SinglePass(3, StepLayout.allOutcomes(0)).next(state, 0);
            SequenceStep wide = new StepLayout.SinglePass(8, new TreeSet<>(Set.of(1, 8))).next(state, 0);
            SequenceStep lossy =
                    new StepLayout.SinglePass(2, StepLayout.allOutcomes(2), GroupWidth.FULL, 0.5).next(state, 0);

            assertThat(all.exactTokens()).containsExactly(7, 1, 2, 3, 4);
            assertThat(all.groups()).extracting(SequenceStep.Group::kept).containsExactly(1, 5);
            assertThat(none.exactTokens()).containsExactly(7, 1, 2, 3, 4);
            assertThat(none.groups()).isEmpty();
            assertThat(wide.groups())
                    .as("K stands for the whole block")
                    .extracting(SequenceStep.Group::kept)
                    .containsExactly(1, 5);
            assertThat(lossy.exactTokens()).as("each row has its group").containsExactly(7, 1);
            assertThat(lossy.groups()).extracting(SequenceStep.Group::kept).containsExactly(1, 2);
            assertThat(new StepLayout.TwoPass(2).next(state, 0).exactTokens()).containsExactly(7, 1, 2, 3, 4);
        }

        private Sequence text(int... tokens) {
            var text =
                    new Sequence(IntStream.of(tokens).limit(1).boxed().toList(), new BlockTable(new BlockPool(4), 16));
            text.blocks().reserve(1);
            text.commit(
                    new SequenceStep(text.uncomputed(1), 0, 1, 1, List.of()),
                    IntStream.of(tokens).skip(1).boxed().toList());
            return text;
        }

        private List<Integer> drafts(Steps steps, int... tokens) {
            return drafts(steps, List.of(), tokens);
        }

        private List<Integer> drafts(Steps steps, List<Integer> masks, int... tokens) {
            LookupDrafts lookup = new LookupDrafts(steps);
            Sequence text = text(tokens);
            text.propose(masks);
            lookup.extended(text);
            return proposed(lookup, text);
        }

        private List<Integer> proposed(LookupDrafts lookup, Sequence text) {
            return lookup.propose(text, Constraint.NONE, UNMETERED).tokens();
        }
    }

    @Nested
    class AlongAConstraint {

        @Test
        void haveAStateEachUpToTheFirstThatIsNotAllowed() {
            assertThat(new Counting(1, 5).along(List.of(1, 2, 9, 3), UNMETERED))
                    .containsExactly(new Counting(1, 5), new Counting(2, 5), new Counting(3, 5));
            assertThat(new Counting(1, 5).allowedPrefix(List.of(1, 2, 9, 3), UNMETERED))
                    .containsExactly(1, 2);
        }

        @Test
        void endBeforeTheOneThatCompletesTheAnswerBecauseNoRowIsNeededAfterIt() {
            assertThat(new Counting(1, 1).allowedPrefix(List.of(1, END), UNMETERED))
                    .containsExactly(1);
        }

        @Test
        void areAllAllowedWhereNothingConstrainsThem() {
            assertThat(Constraint.NONE.allowedPrefix(List.of(1, 2, 3), UNMETERED))
                    .containsExactly(1, 2, 3);
        }
    }
}
