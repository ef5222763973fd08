package dev.tidar.backend.cpu;

import dev.tidar.tensor.RotaryAngles;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;

/**
 * The tables of RoPE on the heap: cosines and sines, each {@code [positions, frequencies]}, and the scale of queries,
 * {@code [positions]} or empty. Immutable.
 */
public final class CpuRotaryTable implements RotaryTable {

    private final int positions;
    final int frequencies;
    final float[] cosines;
    final float[] sines;
    final float[] queryScales;

    public CpuRotaryTable(Rotation rotation, int maxPositions) {
        RotaryAngles angles = RotaryAngles.of(rotation, maxPositions);
        positions = maxPositions;
        frequencies = rotation.headDim() / 2;
        cosines = angles.cosines();
        sines = angles.sines();
        queryScales = angles.queryScales();
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
