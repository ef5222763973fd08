package dev.tidar.backend.jni;

import dev.tidar.tensor.RotaryAngles;
import dev.tidar.tensor.RotaryTable;

/**
 * Cosines and sines of RoPE, each {@code [positions, headDim / 2]}.
 *
 * @param cosines address
 * @param sines address
 */
public record NativeRotaryTable(int positions, int headDim, long cosines, long sines) implements RotaryTable {

    public static NativeRotaryTable of(NativeMemory memory, float[] inverseFrequencies, int maxPositions) {
        RotaryAngles angles = RotaryAngles.of(inverseFrequencies, maxPositions);
        return new NativeRotaryTable(
                maxPositions,
                2 * inverseFrequencies.length,
                Constants.copy(memory, angles.cosines()),
                Constants.copy(memory, angles.sines()));
    }
}
