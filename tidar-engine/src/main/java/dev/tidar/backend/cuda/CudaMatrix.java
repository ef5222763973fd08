package dev.tidar.backend.cuda;

import dev.tidar.tensor.WeightType;
import java.util.Optional;

/**
 * A packed matrix: tiles of 64 rows by 64 columns in the order in which the kernels read them, zero after the edges.
 *
 * @param weights the tiles
 * @param scales one float for each packed row, of int8 rows or of an adapter
 * @param type how the weights are stored
 * @param rows packed rows that mean something, not rounded up
 * @param columns inputs
 */
record CudaMatrix(Region weights, Optional<Region> scales, WeightType type, int rows, int columns) {

    static final int TILE = 64;

    /** Rows rounded up to whole tiles. */
    int paddedRows() {
        return roundUp(rows, TILE);
    }

    static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    static long bytes(WeightType type, int rows, int columns) {
        return (long) roundUp(rows, TILE) * type.rowBytes(roundUp(columns, TILE));
    }

    /** What kernels call the type. */
    String typeName() {
        return switch (type) {
            case F32 -> "f32";
            case BF16 -> "bf16";
            case INT8 -> "int8";
        };
    }

    /** Address of the scales, 0 without. */
    long scaleAddress() {
        return scales.map(Region::address).orElse(0L);
    }
}
