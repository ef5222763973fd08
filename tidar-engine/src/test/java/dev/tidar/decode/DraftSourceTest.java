package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import java.util.List;
import java.util.Optional;
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
