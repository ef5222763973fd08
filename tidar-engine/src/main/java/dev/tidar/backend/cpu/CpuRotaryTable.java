package dev.tidar.backend.cpu;

import dev.tidar.tensor.RotaryTable;

/**
 * Cosines and sines of RoPE, each {@code [positions, frequencies]}. The angle is a float product, as in Hugging Face
 * Transformers; its cosine and sine are computed in double and rounded once. Immutable.
 */
public final class CpuRotaryTable implements RotaryTable {

    private final int positions;
    final int frequencies;
    final float[] cosines;
    final float[] sines;

    public CpuRotaryTable(float[] inverseFrequencies, int maxPositions) {
        positions = maxPositions;
        frequencies = inverseFrequencies.length;
        if (maxPositions < 1 || frequencies < 1 || (long) maxPositions * frequencies > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("rotary table must have positions and frequencies, but has [%d, %d]"
                    .formatted(maxPositions, frequencies));
        }
        cosines = new float[maxPositions * frequencies];
        sines = new float[maxPositions * frequencies];
        for (int position = 0; position < maxPositions; position++) {
            for (int i = 0; i < frequencies; i++) {
                float angle = position * inverseFrequencies[i];
                cosines[position * frequencies + i] = (float) Math.cos(angle);
                sines[position * frequencies + i] = (float) Math.sin(angle);
            }
        }
    }

    @Override
    public int positions() {
        return positions;
    }

    @Override
    public int headDim() {
        return 2 * frequencies;
    }
}
