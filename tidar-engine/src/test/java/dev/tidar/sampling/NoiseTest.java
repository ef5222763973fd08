package dev.tidar.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

@DisplayName("Noise")
class NoiseTest {

    @Test
    void startsFromThePhiloxOfThePaper() {
        assertThat(Noise.word(0, 0, 0)).isEqualTo(0x6627e8d5);
    }

    @ParameterizedTest(name = "seed {0}, position {1}, token {2}")
    @CsvFileSource(resources = "/noise-vectors.csv", numLinesToSkip = 1)
    void hasTheBitsOfTheSharedVectors(long seed, int position, int token, String word, String bits, double exact) {
        assertThat(Integer.toHexString(Noise.word(seed, position, token)))
                .isEqualTo(Integer.toHexString((int) Long.parseLong(word, 16)));
        assertThat(Float.floatToRawIntBits(Noise.gumbel(seed, position, token)))
                .isEqualTo((int) Long.parseLong(bits, 16));
        assertThat((double) Noise.gumbel(seed, position, token)).isCloseTo(exact, within(2e-6 * (1 + Math.abs(exact))));
    }

    @Test
    void isFiniteAtBothEndsAndNeverAboveItsMaximum() {
        for (int word : new int[] {0, 1, 2, -1, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x3fffffff, 0x40000000}) {
            assertThat(Noise.gumbel(word)).isFinite().isLessThan(Noise.MAX);
        }
        assertThat(Noise.gumbel(0)).isGreaterThan(22.87f);
    }

    @Test
    void fallsWhereTheTwoFormulasMeet() {
        float before = Noise.exponential(0x3fffff00);
        float after = Noise.exponential(0x40000100);
        assertThat(after).isGreaterThan(before).isCloseTo(before, within(1e-6f));
    }

    @Test
    void isNeverAboveABoundThatItIsSaidToBeBelow() {
        var random = new SplittableRandom(1);
        int said = 0;
        for (int i = 0; i < 1_000_000; i++) {
            int word = i < 1000 ? i : random.nextInt() >>> random.nextInt(32);
            float bound = (float) random.nextDouble(-1, Noise.MAX);
            if (Noise.isBelow(word, bound)) {
                said++;
                assertThat(Noise.gumbel(word)).isLessThan(bound);
            }
        }
        assertThat(said).isGreaterThan(100_000);
    }
}
