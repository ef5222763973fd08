package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.step.GroupWidth;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.SequenceStep.Group;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The rows of a decode step")
class StepLayoutTest {

    private static final int MASK = 99, ANCHOR = 7;
    private static final int AMPLE = 1000;

    @Nested
    class OfAutoregressiveDecoding {

        @Test
        void areTheAnchorAlone() {
            SequenceStep step = StepLayout.AUTOREGRESSIVE.next(at(10, AMPLE, 1, 2, 3), MASK);

            assertThat(step.exactTokens()).containsExactly(ANCHOR);
            assertThat(step.verifyRows()).isOne();
            assertThat(step.groups()).isEmpty();
            assertThat(StepLayout.AUTOREGRESSIVE.afterPrompt(10, AMPLE, MASK)).isEmpty();
        }
    }

    @Nested
    class OfASinglePass {

        private final StepLayout all = new SinglePass(3, StepLayout.allOutcomes(3));

        @Test
        void areTheDraftBlockAndAGroupForEveryKeptCount() {
            SequenceStep step = all.next(at(10, AMPLE, 1, 2), MASK);

            assertThat(step.exactTokens()).containsExactly(ANCHOR, 1, 2);
            assertThat(step.verifyRows()).isEqualTo(3);
            assertThat(step.groups()).containsExactly(masks(1, 3, 11), masks(2, 3, 12), masks(3, 3, 13));
        }

        @Test
        void areKTimesKPlusOneInTheLayoutOfThePaper() {
            assertThat(new SinglePass(4, StepLayout.allOutcomes(4)).maxRows()).isEqualTo(20);
            assertThat(new SinglePass(8, StepLayout.allOutcomes(8)).maxRows()).isEqualTo(72);
            assertThat(new SinglePass(16, StepLayout.allOutcomes(16)).maxRows()).isEqualTo(272);
        }

        @Test
        void haveGroupsForTheOutcomesOnly() {
            SequenceStep step = outcomes(3, 1, 3).next(at(10, AMPLE, 1, 2), MASK);

            assertThat(step.groups()).extracting(Group::kept).containsExactly(1, 3);
        }

        @Test
        void areTheAnchorAndOneGroupAfterACountOutsideTheOutcomes() {
            SequenceStep step = outcomes(3, 2).next(at(10, AMPLE), MASK);

            assertThat(step.exactTokens()).containsExactly(ANCHOR);
            assertThat(step.groups()).containsExactly(masks(1, 3, 11));
        }

        @Test
        void areTheDraftBlockAloneWithoutOutcomesAndThenTheAnchorAndOneGroup() {
            StepLayout alternating = outcomes(3);

            assertThat(alternating.next(at(10, AMPLE, 1, 2), MASK).groups()).isEmpty();
            assertThat(alternating.next(at(10, AMPLE, 1, 2), MASK).exactTokens())
                    .containsExactly(ANCHOR, 1, 2);
            assertThat(alternating.next(at(10, AMPLE), MASK).exactTokens()).containsExactly(ANCHOR);
            assertThat(alternating.next(at(10, AMPLE), MASK).groups()).containsExactly(masks(1, 3, 11));
            assertThat(alternating.maxRows()).isEqualTo(4);
        }

        @Test
        void loseGroupsAndThenDraftsTowardsTheEndOfTheContext() {
            assertThat(all.next(at(10, 5, 1, 2), MASK).groups()).hasSize(3);
            assertThat(all.next(at(10, 4, 1, 2), MASK).groups()).hasSize(2);
            assertThat(all.next(at(10, 2, 1, 2), MASK).groups()).isEmpty();
            assertThat(all.next(at(10, 2, 1, 2), MASK).exactTokens()).containsExactly(ANCHOR, 1);
            assertThat(all.next(at(10, 1, 1, 2), MASK).exactTokens()).containsExactly(ANCHOR);
        }

        @Test
        void takeNoMoreDraftsThanTheBlockHas() {
            assertThat(all.next(at(10, AMPLE, 1, 2, 3, 4), MASK).exactTokens()).containsExactly(ANCHOR, 1, 2);
        }

        @Test
        void addOneGroupAfterThePromptSoThatTheFirstDraftCostsNoPass() {
            assertThat(all.afterPrompt(20, AMPLE, MASK)).containsExactly(masks(1, 3, 20));
            assertThat(all.afterPrompt(20, 2, MASK)).isEmpty();
        }
    }

    @Nested
    class OfShortGroups {

        private final StepLayout all = new SinglePass(3, StepLayout.allOutcomes(3), GroupWidth.SHORT);

        @Test
        void leaveOutSlotZeroAndKeepThePositionsOfTheOthers() {
            SequenceStep step = all.next(at(10, AMPLE, 1, 2), MASK);

            assertThat(step.groups())
                    .containsExactly(shortMasks(1, 11), shortMasks(2, 12), shortMasks(3, 13))
                    .first()
                    .extracting(Group::position, Group::seen)
                    .containsExactly(12, 11);
            assertThat(all.afterPrompt(20, AMPLE, MASK)).containsExactly(shortMasks(1, 20));
        }

        @Test
        void areKTimesK() {
            assertThat(rows(2, StepLayout.allOutcomes(2))).isEqualTo(4);
            assertThat(rows(3, StepLayout.allOutcomes(3))).isEqualTo(9);
            assertThat(rows(8, StepLayout.allOutcomes(8))).isEqualTo(64);
            assertThat(all.next(at(10, AMPLE, 1, 2), MASK).rows()).isEqualTo(9);
        }

        @Test
        void areNeverMoreThanTheDraftBlockHasWithoutOutcomes() {
            assertThat(rows(4, new TreeSet<>())).isEqualTo(4);
        }

        @Test
        void needAsMuchOfTheContextAsFullOnes() {
            assertThat(all.next(at(10, 5, 1, 2), MASK).groups()).hasSize(3);
            assertThat(all.next(at(10, 4, 1, 2), MASK).groups()).hasSize(2);
            assertThat(all.afterPrompt(20, 2, MASK)).isEmpty();
        }

        @Test
        void cannotBeMixedWithVerifyRows() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SinglePass(3, StepLayout.allOutcomes(3), GroupWidth.SHORT, 0.5))
                    .withMessageContaining("slot 0");
        }

        private static int rows(int k, SortedSet<Integer> outcomes) {
            return new SinglePass(k, outcomes, GroupWidth.SHORT).maxRows();
        }

        /** Two masks behind this many tokens. */
        private static Group shortMasks(int kept, int seen) {
            return new Group(kept, List.of(MASK, MASK), seen + 1, seen);
        }
    }

    @Nested
    class OfTwoPasses {

        private final StepLayout layout = new TwoPass(3);

        @Test
        void areFirstACopyOfTheAnchorAndMasksOfWhichNothingIsKept() {
            SequenceStep step = layout.next(at(10, AMPLE), MASK);

            assertThat(step.isDraftPass()).isTrue();
            assertThat(step.groups()).containsExactly(new Group(0, List.of(ANCHOR, MASK, MASK), 10, 10));
            assertThat(step.committed(0)).isEqualTo(10);
        }

        @Test
        void areThenTheDraftBlockWithoutGroups() {
            SequenceStep step = layout.next(at(10, AMPLE, 1, 2), MASK);

            assertThat(step.exactTokens()).containsExactly(ANCHOR, 1, 2);
            assertThat(step.groups()).isEmpty();
        }

        @Test
        void areTheAnchorAloneWhereABlockDoesNotFitTheContext() {
            assertThat(layout.next(at(10, 1), MASK).exactTokens()).containsExactly(ANCHOR);
        }
    }

    @Test
    void emitInTheMeanWhatTheChainOfOutcomesSays() {
        assertThat(StepLayout.AUTOREGRESSIVE.tokensPerStep(0.7)).isOne();
        assertThat(new TwoPass(4).tokensPerStep(0.7)).isCloseTo(1 + 0.7 + 0.49 + 0.343, within(1e-9));
        assertThat(new SinglePass(4, StepLayout.allOutcomes(4)).tokensPerStep(0.7))
                .isCloseTo(new TwoPass(4).tokensPerStep(0.7), within(1e-9));
        // kept 1 with chance 0.3; else the next step emits one token
        assertThat(outcomes(4, 1).tokensPerStep(0.7)).isCloseTo((2.533 + 0.7) / 1.7, within(1e-9));
        // every other step emits one token
        assertThat(outcomes(4).tokensPerStep(0.7)).isCloseTo((2.533 + 1) / 2, within(1e-9));
    }

    @Test
    void needADraftLengthOfTwoToDraft() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TwoPass(1));
        assertThatIllegalArgumentException().isThrownBy(() -> outcomes(1, 1));
    }

    private static DecodeState at(int position, int room, Integer... drafts) {
        return new DecodeState(position, ANCHOR, new Drafts(List.of(drafts), DraftSource.MASKS), false, room);
    }

    private static Group masks(int kept, int k, int position) {
        return new Group(kept, List.of(MASK, MASK, MASK).subList(0, k), position, position);
    }

    private static StepLayout outcomes(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(Set.of(kept)));
    }
}
