package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A value in double, and how far a float computation of it may be off: the usual bounds of rounding errors, nothing
 * tuned.
 */
record Bound(double value, double error) {

    /** Unit roundoff of float. */
    static final double U = 0x1p-24;

    static final Bound ZERO = new Bound(0, 0);

    static Bound exact(double value) {
        return new Bound(value, 0);
    }

    /** A chain of n fused multiply-adds whose terms have this sum of magnitudes. */
    static Bound chain(double value, double magnitudes, int n) {
        return new Bound(value, n * U * magnitudes);
    }

    Bound plus(Bound other) {
        double sum = value + other.value;
        return new Bound(sum, error + other.error + 2 * U * Math.abs(sum));
    }

    Bound times(double exactFactor) {
        double product = value * exactFactor;
        return new Bound(product, error * Math.abs(exactFactor) + 2 * U * Math.abs(product));
    }

    Bound times(Bound other) {
        double product = value * other.value;
        return new Bound(
                product,
                error * Math.abs(other.value)
                        + other.error * Math.abs(value)
                        + error * other.error
                        + 2 * U * Math.abs(product));
    }

    /** silu changes by at most 1.1 for each unit of its argument; its own computation is good to a few ulp. */
    Bound silu() {
        double silu = value / (1 + Math.exp(-value));
        return new Bound(silu, 1.1 * error + 8 * U * Math.abs(silu) + Float.MIN_NORMAL);
    }

    void check(float actual, String what, int row, int column) {
        assertThat(Math.abs(actual - value))
                .as("%s[%d, %d] is %s, should be %s +- %s", what, row, column, actual, value, error)
                .isLessThanOrEqualTo(error + Float.MIN_NORMAL);
    }
}
