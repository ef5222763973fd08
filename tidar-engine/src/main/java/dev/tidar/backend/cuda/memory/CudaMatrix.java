package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/**
 * A packed matrix: tiles of 64 rows by 64 columns in the order in which the kernels read them, zeros beyond the edges.
 *
 * @param weights the tiles
 * @param scales one float for each packed row, of int8 rows or of an adapter
 * @param type how the weights are stored
 * @param rows packed rows, not rounded up
 * @param columns inputs
 */
public record CudaMatrix(Region weights, Optional<Region> scales, WeightType type, int rows, int columns) {

    public static final int TILE = 64;

    /** The number of rows, rounded up to whole tiles. */
    public int paddedRows() {
        return roundUp(rows, TILE);
    }

    public static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    public static long bytes(WeightType type, int rows, int columns) {
        return (long) roundUp(rows, TILE) * type.rowBytes(roundUp(columns, TILE));
    }

    /** The type, as the names of kernels spell it. */
    public String typeName() {
        return switch (type) {
            case F32 -> "f32";
            case BF16 -> "bf16";
            case INT8 -> "int8";
        };
    }

    /** The address of the scales; 0 where there are none. */
    public long scaleAddress() {
        return scales.map(Region::address).orElse(0L);
    }
}
