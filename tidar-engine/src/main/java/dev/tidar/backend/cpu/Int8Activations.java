package dev.tidar.backend.cpu;

/**
 * Activations as int8 with one scale for each group of inputs of a row. This is the definition; native kernels compute
 * the same bits.
 *
 * <p>Weights in int8 make integer sums of such a group exact, in any order. A product is the chain {@code sum =
 * fma(groupSum, scale, sum)} over ascending groups from zero, so its bits depend on its row alone.
 */
public final class Int8Activations {

    /**
     * Inputs of a group; the last group of a row may be shorter. Sums of a group, at most 64 · 127 · 128, are exact in
     * float too.
     */
    public static final int GROUP = 64;

    private static final float LARGEST = 127;

    private Int8Activations() {}

    /** The number of groups of a row. */
    public static int groups(int inputs) {
        return (inputs + GROUP - 1) / GROUP;
    }

    /**
     * Rounds a group in place: to the nearest integers in [-127, 127] of {@code x * (127 / largest magnitude)}, halves
     * to even.
     *
     * @return what the integers are multiplied by: the largest magnitude / 127; 0 where that is so small that its
     *     inverse is infinite, with zeros for the group; NaN where an element is not finite, with zeros for the group
     */
    public static float round(float[] x, int from, int count) {
        float largest = 0;
        boolean finite = true;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
            finite &= Float.isFinite(x[i]);
        }
        float inverse = LARGEST / largest;
        boolean zeros = !finite || Float.isInfinite(inverse);
        for (int i = from; i < from + count; i++) {
            x[i] = zeros ? 0 : (float) Math.max(-LARGEST, Math.min(LARGEST, Math.rint(x[i] * inverse)));
        }
        if (!finite) {
            return Float.NaN;
        }
        return zeros ? 0 : largest / LARGEST;
    }
}
