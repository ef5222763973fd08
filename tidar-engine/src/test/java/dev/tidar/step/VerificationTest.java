package dev.tidar.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Verification of a draft block")
class VerificationTest {

    private static final int THE = 1, CAT = 2, SAT = 3, DOG = 4, END = 5;

    @Nested
    class Keeps {

        @Test
        void theAnchorAndTheDraftsOnWhichTheModelAgrees() {
            assertThat(kept(rows(THE, CAT, SAT, DOG), picks(CAT, SAT, END, THE)))
                    .isEqualTo(3);
        }

        @Test
        void nothingBehindTheFirstDisagreementEvenIfLaterDraftsAgree() {
            assertThat(kept(rows(THE, DOG, SAT, END), picks(CAT, SAT, END, THE)))
                    .isEqualTo(1);
        }

        @Test
        void theWholeBlockWhereAllDraftsAgree() {
            assertThat(kept(rows(THE, CAT, SAT), picks(CAT, SAT, END))).isEqualTo(3);
        }

        @Test
        void theAnchorAloneWithoutDrafts() {
            assertThat(kept(rows(THE), picks(CAT))).isEqualTo(1);
        }

        @Test
        void nothingWhereNothingIsVerified() {
            assertThat(Verification.kept(new int[0], new VerifyPlan(0, 0, 0, 0, 4, new int[] {7}), rows(THE)))
                    .isZero();
        }
    }

    @Test
    void readsTheRowsAndPicksOfItsOwnSequence() {
        StepRows both = rows(DOG, DOG, THE, CAT, END);
        VerifyPlan second = new VerifyPlan(2, 3, 2, 0, 4, new int[4]);

        assertThat(Verification.kept(picks(END, END, CAT, SAT, END), second, both))
                .isEqualTo(2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void emitsWhatOneTokenAtATimeDecodingWouldHaveEmitted(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            int[] truth = random.ints(9, 0, 3).toArray();
            int[] block = random.ints(9, 0, 3).toArray();
            // the pick of a row is the truth only while all rows before it are: behind that it is something else
            int[] picks = truth.clone();
            for (int j = 1; j < 9; j++) {
                if (!Arrays.equals(block, 1, j + 1, truth, 0, j)) {
                    picks[j] = random.nextInt(3);
                }
            }

            int kept = kept(rows(block), picks);

            assertThat(Arrays.copyOf(picks, kept)).isEqualTo(Arrays.copyOf(truth, kept));
        }
    }

    private static int kept(StepRows rows, int[] picks) {
        int n = picks.length;
        return Verification.kept(picks, new VerifyPlan(0, n, 0, 0, n, new int[n + 1]), rows);
    }

    private static int[] picks(int... tokens) {
        return tokens;
    }

    private static StepRows rows(int... tokens) {
        var rows = new StepRows.Builder();
        int sequence = rows.sequence(new int[0]);
        for (int i = 0; i < tokens.length; i++) {
            rows.exact(sequence, tokens[i], 10 + i);
        }
        return rows.build();
    }
}
