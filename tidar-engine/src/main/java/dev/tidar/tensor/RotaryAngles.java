package dev.tidar.tensor;

/**
 * Cosines and sines of RoPE, each {@code [positions, frequencies]}. The angle is a float product, as in Hugging Face
 * Transformers; its cosine and sine are computed in double and rounded once. Immutable by convention: the arrays are
 * not copied.
 */
public record RotaryAngles(float[] cosines, float[] sines) {

    /**
     * The angles {@code position * inverseFrequencies[i]} of positions {@code [0, positions)}.
     *
     * @throws IllegalArgumentException if there are none, or more than an array holds
     */
    public static RotaryAngles of(float[] inverseFrequencies, int positions) {
        int frequencies = inverseFrequencies.length;
        if (positions < 1 || frequencies < 1 || (long) positions * frequencies > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("rotary table must have positions and frequencies, but has [%d, %d]"
                    .formatted(positions, frequencies));
        }
        float[] cosines = new float[positions * frequencies];
        float[] sines = new float[positions * frequencies];
        for (int at = 0; at < cosines.length; at++) {
            int position = at / frequencies;
            float angle = position * inverseFrequencies[at % frequencies];
            cosines[at] = (float) Math.cos(angle);
            sines[at] = (float) Math.sin(angle);
        }
        return new RotaryAngles(cosines, sines);
    }
}
