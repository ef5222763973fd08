package dev.tidar.sampling;

/**
 * The exponential function on the CPU, the same steps for a float and for a vector of floats: with n the nearest
 * integer to x / ln 2 and r = x - n ln 2, {@code exp(x) = 2^n · exp(r)}, exp(r) by its Taylor polynomial of degree 7.
 * On {@code |r| <= ln 2 / 2} the polynomial is within 6e-9 of exp(r), so that rounding decides: the result is within 2
 * ulp.
 */
public final class Exponential {

    /** Below it the result rounds to zero, above {@link #HIGHEST} to infinity. */
    public static final float LOWEST = -104f;

    public static final float HIGHEST = 89f;
    public static final float LOG2_E = 0x1.715476p0f;
    /** Adding it rounds to an integer, which then stands in the low bits. */
    public static final float ROUNDER = 0x1.8p23f;

    public static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    /** ln 2 in two parts; n times the first is exact. */
    public static final float LN2_HIGH = 0x1.62e4p-1f;

    public static final float LN2_LOW = 1.4286068e-6f;
    public static final float C7 = 1f / 5040;
    public static final float C6 = 1f / 720;
    public static final float C5 = 1f / 120;
    public static final float C4 = 1f / 24;
    public static final float C3 = 1f / 6;
    public static final float C2 = 0.5f;

    private Exponential() {}

    /** exp(x); NaN stays NaN. */
    public static float exp(float value) {
        float x = value < LOWEST ? LOWEST : value;
        x = x > HIGHEST ? HIGHEST : x;
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, x);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        // Two factors, because 2^n itself may be too large or too small for a float.
        int exponent = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
        int half = exponent >> 1;
        return p * Float.intBitsToFloat(half + 127 << 23) * Float.intBitsToFloat(exponent - half + 127 << 23);
    }
}
