package dev.tidar.backend.cpu;

import dev.tidar.tensor.RotaryAngles;
import dev.tidar.tensor.RotaryTable;

/** Cosines and sines of RoPE on the heap, each {@code [positions, frequencies]}. Immutable. */
public final class CpuRotaryTable implements RotaryTable {

    private final int positions;
    final int frequencies;
    final float[] cosines;
    final float[] sines;

    public CpuRotaryTable(float[] inverseFrequencies, int maxPositions) {
        RotaryAngles angles = RotaryAngles.of(inverseFrequencies, maxPositions);
        positions = maxPositions;
        frequencies = inverseFrequencies.length;
        cosines = angles.cosines();
        sines = angles.sines();
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
