package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.RotaryTable;
import java.util.Optional;

/**
 * The tables of RoPE on the device: cosines and sines, each {@code [positions, frequencies]} in float, and the scale of
 * queries, {@code [positions]}.
 *
 * @param cosines of {@code position * inverse frequency}, a float product
 * @param sines of the same angles
 * @param queryScales empty where queries are not scaled
 */
public record CudaRotaryTable(
        Region cosines, Region sines, Optional<Region> queryScales, int positions, int frequencies)
        implements RotaryTable {

    @Override
    public int headDim() {
        return 2 * frequencies;
    }
}
