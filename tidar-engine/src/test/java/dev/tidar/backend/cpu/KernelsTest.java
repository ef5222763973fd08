package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where a difference of the last bit would drown in a whole step: many values through one kernel. */
class KernelsTest {

    private static final long SEED = 7;

    private final KernelSet plain = KernelChoice.plain().kernels();
    private final KernelSet vector = KernelChoice.vector().kernels();

    @Test
    void swiGluHasTheSameBitsOnVectorsForAnyGate() {
        var random = new SplittableRandom(SEED);
        float[] up = new float[32];
        Arrays.fill(up, 1);
        for (int round = 0; round < 20_000; round++) {
            float[] one = new float[32];
            for (int i = 0; i < 32; i++) {
                one[i] = (float) random.nextDouble(-110, 110);
            }
            one[round % 32] = Float.intBitsToFloat(random.nextInt());
            float[] other = one.clone();

            plain.swiGlu(one, 0, up, 0);
            vector.swiGlu(other, 0, up, 0);

            assertThat(other).as("seed %d, round %d", SEED, round).isEqualTo(one);
        }
    }

    @Test
    void wideningGivesTheFloatOfEveryBf16NumberOnBoth() {
        short[] all = new short[1 << 16];
        float[] expected = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (short) i;
            expected[i] = Float.intBitsToFloat(i << 16);
        }
        float[] one = new float[all.length];
        float[] other = new float[all.length];

        plain.widen(one, all, 16, all.length - 16);
        vector.widen(other, all, 16, all.length - 16);

        float[] shifted = Arrays.copyOfRange(expected, 16, all.length + 16);
        assertThat(one).isEqualTo(shifted);
        assertThat(other).isEqualTo(shifted);
    }

    @Test
    void softmaxHasTheSameBitsOnVectorsForAnyScores() {
        var random = new SplittableRandom(SEED);
        QueryBlock one = new QueryBlock();
        QueryBlock other = new QueryBlock();
        for (int round = 0; round < 2_000; round++) {
            one.begin(1, 2, 96);
            other.begin(1, 2, 96);
            for (int i = 0; i < 96; i++) {
                one.weights[i] = i % 5 == 4 ? Float.NEGATIVE_INFINITY : (float) random.nextDouble(-40, 40);
                other.weights[i] = one.weights[i];
            }

            float sum = plain.softmax(one, 0, 96);

            assertThat(vector.softmax(other, 0, 96))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(sum);
            assertThat(other.weights).isEqualTo(one.weights);
        }
    }
}
