package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.tensor.Float16;

/**
 * The two 8-bit floats of the OCP specification (OFP8). E4M3 has a sign, four bits of exponent, three of fraction, and
 * no infinity: only all bits set are NaN. E5M2 is the upper half of an IEEE half-precision number.
 */
final class Float8 {

    private static final int E4M3_BIAS = 7;

    private Float8() {}

    static boolean is(ElementType type) {
        return type == ElementType.F8_E4M3 || type == ElementType.F8_E5M2;
    }

    /** The values of all 256 codes; exact. */
    static float[] values(ElementType type) {
        float[] values = new float[256];
        for (int code = 0; code < values.length; code++) {
            values[code] = switch (type) {
                case F8_E4M3 -> e4m3(code);
                case F8_E5M2 -> Float16.fromF16((short) (code << 8));
                default -> throw new IllegalArgumentException(type + " is no 8-bit float that is read");
            };
        }
        return values;
    }

    /** The largest finite value. */
    static float largest(ElementType type) {
        float largest = 0;
        for (float value : values(type)) {
            largest = Float.isFinite(value) ? Math.max(largest, value) : largest;
        }
        return largest;
    }

    private static float e4m3(int code) {
        int exponent = code >>> 3 & 0xf;
        int fraction = code & 7;
        float magnitude = exponent == 0
                ? Math.scalb((float) fraction, 1 - E4M3_BIAS - 3)
                : Math.scalb((float) (8 + fraction), exponent - E4M3_BIAS - 3);
        if (exponent == 0xf && fraction == 7) {
            magnitude = Float.NaN;
        }
        return (code & 0x80) == 0 ? magnitude : -magnitude;
    }
}
