package dev.tidar.backend.cuda;

import dev.tidar.tensor.DType;
import java.util.Optional;

/**
 * A packed matrix: tiles of 64 rows by 64 columns in the order in which the kernels read them, zero after the edges.
 *
 * @param weights the tiles
 * @param scales one float for each packed row, of int8 rows or of an adapter
 * @param dtype element type of the weights
 * @param rows packed rows that mean something, not rounded up
 * @param columns inputs
 */
record CudaMatrix(Region weights, Optional<Region> scales, DType dtype, int rows, int columns) {

    static final int TILE = 64;

    /** Rows rounded up to whole tiles. */
    int paddedRows() {
        return roundUp(rows, TILE);
    }

    static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    static long bytes(DType dtype, int rows, int columns) {
        return (long) roundUp(rows, TILE) * roundUp(columns, TILE) * dtype.bytes();
    }

    /** What kernels call the type. */
    String typeName() {
        return switch (dtype) {
            case F32 -> "f32";
            case BF16 -> "bf16";
            case I8 -> "int8";
            case F16 -> throw new IllegalStateException("weights are never held in F16");
        };
    }

    /** Address of the scales, 0 without. */
    long scaleAddress() {
        return scales.map(Region::address).orElse(0L);
    }
}
