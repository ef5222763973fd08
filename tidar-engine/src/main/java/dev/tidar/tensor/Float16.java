package dev.tidar.tensor;

/** Conversions of the two 16-bit float formats; the only place with those bit shifts. */
public final class Float16 {

    private Float16() {}

    /** The value of bfloat16 bits; exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Bfloat16 bits of a value, rounded to nearest even; NaN stays NaN. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** The value of IEEE half-precision bits; exact. */
    public static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int exponentBits = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | exponentBits << 23 | fraction << 13);
    }
}
