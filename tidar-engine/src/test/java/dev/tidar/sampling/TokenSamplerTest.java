package dev.tidar.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.tensor.Ids;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Picking a token")
class TokenSamplerTest {

    private static final float NEVER = Float.NEGATIVE_INFINITY;

    @Nested
    class Greedily {

        @Test
        void takesTheBest() {
            assertThat(greedy(0.5f, 2, 1)).isEqualTo(1);
        }

        @Test
        void takesTheLowestIdOfATie() {
            assertThat(greedy(1, 3, 3, 3)).isEqualTo(1);
        }

        @Test
        void treatsBothZerosAsATie() {
            assertThat(greedy(-0.0f, 0.0f)).isZero();
        }

        @Test
        void neverTakesAnIdThatIsRuledOut() {
            assertThat(greedy(NEVER, -1000, NEVER)).isEqualTo(1);
        }

        @Test
        void readsItsOwnRowOnly() {
            assertThat(sample(new float[] {9, 1, 2, 9}, 1, 2, SamplingParams.GREEDY, 0))
                    .isEqualTo(1);
        }
    }

    @Nested
    class FindsNone {

        @Test
        void whereEveryIdIsRuledOut() {
            assertThat(greedy(NEVER, NEVER)).isEqualTo(Ids.NONE);
        }

        @ParameterizedTest
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
        void whereAScoreIsNotANumberToCompare(float score) {
            assertThat(greedy(1, score, 2)).isEqualTo(Ids.NONE);
            assertThat(sample(new float[] {1, score, 2}, 0, 3, new SamplingParams(1, 1), 0))
                    .isEqualTo(Ids.NONE);
        }
    }

    @Nested
    class WithTemperature {

        @Test
        void isAFunctionOfSeedPositionAndScores() {
            float[] logits = randomLogits(5, 100);
            int sample = sample(logits, 0, 100, new SamplingParams(1.2f, 3), 17);

            assertThat(sample(logits, 0, 100, new SamplingParams(1.2f, 3), 17)).isEqualTo(sample);
            assertThat(range(64)
                            .map(p -> sample(logits, 0, 100, new SamplingParams(1.2f, 3), p))
                            .distinct()
                            .count())
                    .isGreaterThan(10);
            assertThat(range(64)
                            .map(s -> sample(logits, 0, 100, new SamplingParams(1.2f, s), 17))
                            .distinct()
                            .count())
                    .isGreaterThan(10);
        }

        @ParameterizedTest(name = "seed {0}")
        @ValueSource(longs = {1, 2, 3, 4, 5})
        void equalsTheArgmaxOverAllNoisyScoresAlthoughItSkipsSome(long seed) {
            float[] logits = randomLogits(seed, 300);
            for (int position = 0; position < 200; position++) {
                assertThat(sample(logits, 0, 300, new SamplingParams(0.7f, seed), position))
                        .isEqualTo(slowly(logits, 0.7f, seed, position));
            }
        }

        @Test
        void comesCloseToGreedyWhereTheTemperatureIsLow() {
            float[] logits = {1, 1.5f, 0};
            assertThat(range(1000)
                            .map(p -> sample(logits, 0, 3, new SamplingParams(0.01f, 1), p))
                            .distinct()
                            .toArray())
                    .containsExactly(1);
        }

        @Test
        void neverTakesAnIdThatIsRuledOut() {
            float[] logits = {NEVER, 0, NEVER, 0, NEVER};
            assertThat(range(1000)
                            .map(p -> sample(logits, 0, 5, new SamplingParams(5, 1), p))
                            .distinct()
                            .sorted()
                            .toArray())
                    .containsExactly(1, 3);
        }

        private int slowly(float[] logits, float temperature, long seed, int position) {
            int best = Ids.NONE;
            float highest = NEVER;
            for (int id = 0; id < logits.length; id++) {
                float distance = (highestOf(logits) - logits[id]) * (1 / temperature);
                float noisy = Noise.gumbel(seed, position, id) - distance;
                if (noisy > highest) {
                    highest = noisy;
                    best = id;
                }
            }
            return best;
        }
    }

    private static int sample(float[] logits, int from, int vocabSize, SamplingParams how, int position) {
        return new TokenSampler().sample(logits, from, vocabSize, RowSampling.draft(how, TokenCounts.NONE), position);
    }

    private static float highestOf(float[] logits) {
        float highest = NEVER;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        return highest;
    }

    private static IntStream range(int end) {
        return IntStream.range(0, end);
    }

    private static int greedy(float... logits) {
        return sample(logits, 0, logits.length, SamplingParams.GREEDY, 0);
    }

    private static float[] randomLogits(long seed, int size) {
        var random = new SplittableRandom(seed);
        float[] logits = new float[size];
        for (int i = 0; i < size; i++) {
            logits[i] = (float) random.nextDouble(-20, 20);
        }
        return logits;
    }
}
