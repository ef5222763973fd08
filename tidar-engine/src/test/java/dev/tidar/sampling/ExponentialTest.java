package dev.tidar.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExponentialTest {

    @Test
    void isWithinTwoUlpOfTheExactValue() {
        for (float x = -87; x < 88.7f; x = x + Math.max(Math.ulp(x), 1e-4f)) {
            double exact = Math.exp(x);
            assertThat(Math.abs(Exponential.exp(x) - exact))
                    .as("exp(%s)", x)
                    .isLessThanOrEqualTo(2 * Math.ulp((float) exact));
        }
    }

    @Test
    void goesToZeroThroughTheSubnormalsAndToInfinity() {
        assertThat(Exponential.exp(-103)).isBetween(Float.MIN_VALUE, 2 * Float.MIN_VALUE);
        assertThat(Exponential.exp(-105)).isEqualTo(0);
        assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0);
        assertThat(Exponential.exp(88.8f)).isInfinite();
        assertThat(Exponential.exp(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(Exponential.exp(Float.NaN)).isNaN();
        assertThat(Exponential.exp(0)).isEqualTo(1);
    }
}
