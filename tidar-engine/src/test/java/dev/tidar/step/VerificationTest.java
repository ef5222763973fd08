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
            assertThat(kept(rows(THE, CAT, SAT, DOG), sampled(CAT, SAT, END, THE)))
                    .isEqualTo(3);
        }

        @Test
        void nothingAfterTheFirstDisagreementEvenIfLaterDraftsAgree() {
            assertThat(kept(rows(THE, DOG, SAT, END), sampled(CAT, SAT, END, THE)))
                    .isEqualTo(1);
        }

        @Test
        void theWholeBlockWhereAllDraftsAgree() {
            assertThat(kept(rows(THE, CAT, SAT), sampled(CAT, SAT, END))).isEqualTo(3);
        }

        @Test
        void theAnchorAloneWithoutDrafts() {
            assertThat(kept(rows(THE), sampled(CAT))).isEqualTo(1);
        }

        @Test
        void nothingWhereNothingIsVerified() {
            assertThat(Verification.kept(new int[0], new VerifyPlan(0, 0, 0, 0, 4, new int[] {7}), rows(THE)))
                    .isZero();
        }
    }

    @Test
    void readsTheRowsAndSamplesOfItsOwnSequence() {
        StepRows both = rows(DOG, DOG, THE, CAT, END);
        VerifyPlan second = new VerifyPlan(2, 3, 2, 0, 4, new int[4]);

        assertThat(Verification.kept(sampled(END, END, CAT, SAT, END), second, both))
                .isEqualTo(2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void emitsWhatOneTokenAtATimeDecodingWouldHaveEmitted(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            int[] truth = random.ints(9, 0, 3).toArray();
            int[] block = random.ints(9, 0, 3).toArray();
            // the sample of a row is the truth only while all rows before it are: after that it is something else
            int[] sampled = truth.clone();
            for (int j = 1; j < 9; j++) {
                if (!Arrays.equals(block, 1, j + 1, truth, 0, j)) {
                    sampled[j] = random.nextInt(3);
                }
            }

            int kept = kept(rows(block), sampled);

            assertThat(Arrays.copyOf(sampled, kept)).isEqualTo(Arrays.copyOf(truth, kept));
        }
    }

    private static int kept(StepRows rows, int[] sampled) {
        int n = sampled.length;
        return Verification.kept(sampled, new VerifyPlan(0, n, 0, 0, n, new int[n + 1]), rows);
    }

    private static int[] sampled(int... tokens) {
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
