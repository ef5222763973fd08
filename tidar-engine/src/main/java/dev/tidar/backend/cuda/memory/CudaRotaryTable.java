package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.RotaryTable;

/**
 * Cosines and sines of RoPE on the device, each {@code [positions, frequencies]} in float.
 *
 * @param cosines of {@code position * inverse frequency}, a float product
 * @param sines of the same angles
 */
public record CudaRotaryTable(Region cosines, Region sines, int positions, int frequencies) implements RotaryTable {

    @Override
    public int headDim() {
        return 2 * frequencies;
    }
}
