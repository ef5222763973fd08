package dev.tidar.backend.jni;

import dev.tidar.tensor.RotaryAngles;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;

/**
 * The tables of RoPE: cosines and sines, each {@code [positions, headDim / 2]}, and the scale of queries,
 * {@code [positions]}.
 *
 * @param cosines address
 * @param sines address
 * @param queryScales address; 0 where queries are not scaled
 */
public record NativeRotaryTable(int positions, int headDim, long cosines, long sines, long queryScales)
        implements RotaryTable {

    public static NativeRotaryTable of(NativeMemory memory, Rotation rotation, int maxPositions) {
        RotaryAngles angles = RotaryAngles.of(rotation, maxPositions);
        float[] scales = angles.queryScales();
        return new NativeRotaryTable(
                maxPositions,
                rotation.headDim(),
                Constants.copy(memory, angles.cosines()),
                Constants.copy(memory, angles.sines()),
                scales.length == 0 ? 0 : Constants.copy(memory, scales));
    }
}
