package dev.tidar.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.tensor.Ids;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Log-probabilities of a row")
class LogProbRowTest {

    private static final float NEVER = Float.NEGATIVE_INFINITY;

    /** Of ln p down to -30, a float has steps of 2e-6. */
    private static final double BOUND = 2e-6;

    @ParameterizedTest(name = "{0} tokens")
    @ValueSource(ints = {2, 20, 49_152})
    void areTheLogarithmOfTheSoftmax(int size) {
        var random = new SplittableRandom(size);
        float[] logits = new float[size + 3];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) random.nextDouble(-12, 12);
        }
        double[] exact = PlainSampling.softmax(
                IntStream.range(3, size + 3).mapToDouble(i -> logits[i]).toArray());
        for (int sampled : new int[] {0, size / 2, size - 1}) {
            LogProbRow row = LogProbRow.of(logits, 3, size, sampled, Math.min(size, LogProbRow.MAX));
            assertThat((double) row.values()[0]).isCloseTo(Math.log(exact[sampled]), within(BOUND));
            for (int i = 0; i < row.ids().length; i++) {
                assertThat((double) row.values()[1 + i]).isCloseTo(Math.log(exact[row.ids()[i]]), within(BOUND));
            }
        }
    }

    @Test
    void ofAllTokensAddUpToOne() {
        LogProbRow row = LogProbRow.of(new float[] {1, -2, 3, 0.5f}, 0, 4, 0, 4);
        double sum = IntStream.range(1, 5)
                .mapToDouble(i -> Math.exp(row.values()[i]))
                .sum();
        assertThat(sum).isCloseTo(1, within(1e-6));
    }

    @Test
    void nameTheLikeliestFirstAndTheLowestIdOfATie() {
        assertThat(LogProbRow.of(new float[] {1, 3, 2, 3, 3, 0}, 0, 6, 0, 4).ids())
                .containsExactly(1, 3, 4, 2);
        assertThat(LogProbRow.of(new float[] {1, 3, 2, 3, 3, 0}, 0, 6, 0, 2).ids())
                .containsExactly(1, 3);
    }

    @Test
    void leaveOutWhatIsNeverSampled() {
        LogProbRow row = LogProbRow.of(new float[] {NEVER, 0, 0, NEVER}, 0, 4, 1, 3);
        assertThat(row.ids()).containsExactly(1, 2, Ids.NONE);
        assertThat(row.values()[0]).isCloseTo((float) Math.log(0.5), within(1e-6f));
        assertThat(row.values()[3]).isEqualTo(NEVER);
    }

    @Test
    void areOfTheSampleAloneWhereNoOthersAreAskedFor() {
        LogProbRow row = LogProbRow.of(new float[] {0, 0}, 0, 2, 1, 0);
        assertThat(row.ids()).isEmpty();
        assertThat(row.values()).hasSize(1);
    }
}
