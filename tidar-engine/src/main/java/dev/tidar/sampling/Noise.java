package dev.tidar.sampling;

import java.util.stream.IntStream;

/**
 * Gumbel noise as a pure function of (seed, position, token), so that nothing but the seed changes a result: not the
 * mode, not the draft, not what runs beside it.
 *
 * <p>Philox4x32-10 (Salmon et al., SC 2011) with key = seed and counter = (token, 0, position, 0), low word first; its
 * first word x gives v = (x + 0.5) / 2^32 and the noise -ln(-ln(1 - v)). All float operations are single IEEE roundings
 * without contraction, so any device can repeat the bits; {@code noise-vectors.csv} among the tests has some.
 */
public final class Noise {

    /** No noise is larger: -ln(-ln(1 - 2^-33)), rounded up. */
    public static final float MAX = 22.8739f;

    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW_32 = 0xffffffffL;

    private static final float LN_2 = 0.6931472f;
    private static final float SQRT_2 = 1.4142135f;

    /** By n: no larger word, unsigned, makes noise above n. That is 2^32 exp(-n), and a margin for rounding. */
    private static final long[] LARGEST_ABOVE = IntStream.rangeClosed(0, (int) MAX + 1)
            .mapToLong(n -> (long) (0x1p32 * Math.exp(-n) * 1.01))
            .toArray();

    private Noise() {}

    /** The noise of one token at one position, in about [-3.1, {@value #MAX}]. */
    public static float gumbel(long seed, int position, int token) {
        return gumbel(word(seed, position, token));
    }

    /**
     * Whether the noise of a word is certainly not above a bound. True for most words whose noise is not, at the price
     * of a comparison instead of two logarithms.
     *
     * @param bound at most {@value #MAX}
     */
    static boolean isBelow(int word, float bound) {
        return bound > 0 && (word & LOW_32) > LARGEST_ABOVE[(int) bound];
    }

    /** The first word of Philox4x32-10. */
    static int word(long seed, int position, int token) {
        int c0 = token;
        int c1 = 0;
        int c2 = position;
        int c3 = 0;
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & LOW_32);
            long product1 = MULTIPLIER_1 * (c2 & LOW_32);
            c0 = (int) (product1 >>> 32) ^ c1 ^ key0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ key1;
            c3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        return c0;
    }

    /** The noise that 32 random bits stand for. */
    static float gumbel(int word) {
        return -ln(exponential(word));
    }

    /**
     * -ln(1 - v) for v = (word + 0.5) / 2^32. Near v = 0 it is taken from v, elsewhere from 1 - v, so both ends keep
     * their precision; the smallest values make the largest noise.
     */
    static float exponential(int word) {
        float v = ((word & LOW_32) + 0.5f) * 0x1p-32f;
        if (v < 0.25f) {
            return twiceArtanh(v / (2 - v));
        }
        return -ln(((~word & LOW_32) + 0.5f) * 0x1p-32f);
    }

    /** Natural logarithm of a positive, normal float, good to about 1.5e-7 relative. */
    static float ln(float x) {
        int bits = Float.floatToRawIntBits(x);
        int exponent = (bits >>> 23) - 127;
        float m = Float.intBitsToFloat(bits & 0x7fffff | 0x3f800000);
        if (m > SQRT_2) {
            m *= 0.5f;
            exponent++;
        }
        return exponent * LN_2 + twiceArtanh((m - 1) / (m + 1));
    }

    /** ln((1 + s) / (1 - s)) = 2 (s + s^3/3 + s^5/5 + ...) up to s^11, for |s| < 0.172. */
    private static float twiceArtanh(float s) {
        float z = s * s;
        float p = 0.09090909f;
        p = p * z + 0.11111111f;
        p = p * z + 0.14285715f;
        p = p * z + 0.2f;
        p = p * z + 0.33333334f;
        float twice = 2 * s;
        return twice + twice * z * p;
    }
}
