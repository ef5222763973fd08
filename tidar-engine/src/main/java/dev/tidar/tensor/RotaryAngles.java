package dev.tidar.tensor;

/**
 * The tables of a {@link Rotation}: cosines and sines, each {@code [positions, frequencies]}, and the scale of queries
 * at each position, {@code [positions]}, empty where queries are not scaled. The angle is a float product, as in
 * Hugging Face Transformers; its cosine and sine are computed in double and rounded once. Immutable by convention: the
 * arrays are not copied.
 */
public record RotaryAngles(float[] cosines, float[] sines, float[] queryScales) {

    /**
     * The tables for positions {@code [0, positions)}.
     *
     * @throws IllegalArgumentException if there are none, or more than an array holds
     */
    public static RotaryAngles of(Rotation rotation, int positions) {
        float[] inverseFrequencies = rotation.inverseFrequencies();
        int frequencies = inverseFrequencies.length;
        if (positions < 1 || (long) positions * frequencies > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("rotary table must have positions and frequencies, but has [%d, %d]"
                    .formatted(positions, frequencies));
        }
        float[] cosines = new float[positions * frequencies];
        float[] sines = new float[positions * frequencies];
        for (int at = 0; at < cosines.length; at++) {
            int position = at / frequencies;
            float inverse = inverseFrequencies[at % frequencies];
            float angle = position * inverse;
            float factor = inverse == 0 ? 1 : rotation.factor();
            cosines[at] = (float) Math.cos(angle) * factor;
            sines[at] = (float) Math.sin(angle) * factor;
        }
        return new RotaryAngles(cosines, sines, queryScales(rotation.queryScale(), positions));
    }

    private static float[] queryScales(QueryScale scale, int positions) {
        if (scale.isNone()) {
            return new float[0];
        }
        float[] scales = new float[positions];
        for (int position = 0; position < positions; position++) {
            scales[position] = scale.at(position);
        }
        return scales;
    }
}
