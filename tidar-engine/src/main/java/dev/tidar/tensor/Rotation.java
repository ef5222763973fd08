package dev.tidar.tensor;

import java.util.Arrays;

/**
 * How the heads of a layer are rotated by their position (RoPE, arXiv 2104.09864), and how queries are scaled after
 * that. Immutable: the array is copied.
 *
 * @param inverseFrequencies {@code [headDim / 2]}: the angle of a pair is its position times this; a pair with 0 is
 *     left as it is
 * @param factor what the cosines and sines of rotated pairs are multiplied by, the attention factor of YaRN (arXiv
 *     2309.00071)
 */
public record Rotation(float[] inverseFrequencies, float factor, QueryScale queryScale) {

    public Rotation {
        inverseFrequencies = inverseFrequencies.clone();
        if (inverseFrequencies.length == 0) {
            throw new IllegalArgumentException("rotation must have frequencies, but has none");
        }
        for (float frequency : inverseFrequencies) {
            if (!(frequency >= 0) || !Float.isFinite(frequency)) {
                throw new IllegalArgumentException(
                        "inverse frequencies must be finite and not negative, but one is " + frequency);
            }
        }
        if (!(factor > 0) || !Float.isFinite(factor)) {
            throw new IllegalArgumentException("factor of a rotation must be positive, but is " + factor);
        }
    }

    /** Plain RoPE with these frequencies. */
    public static Rotation of(float... inverseFrequencies) {
        return new Rotation(inverseFrequencies, 1, QueryScale.NONE);
    }

    /** The same without any rotation; queries are still scaled. */
    public Rotation still() {
        return new Rotation(new float[inverseFrequencies.length], 1, queryScale);
    }

    /** The width of the heads, in elements. */
    public int headDim() {
        return 2 * inverseFrequencies.length;
    }

    @Override
    public float[] inverseFrequencies() {
        return inverseFrequencies.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rotation that
                && Arrays.equals(inverseFrequencies, that.inverseFrequencies)
                && factor == that.factor
                && queryScale.equals(that.queryScale);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(inverseFrequencies) + queryScale.hashCode();
    }

    @Override
    public String toString() {
        return "Rotation[%s, factor %s, %s]".formatted(Arrays.toString(inverseFrequencies), factor, queryScale);
    }
}
