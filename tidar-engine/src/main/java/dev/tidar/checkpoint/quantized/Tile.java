package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.Scales.Cells;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * The part of a matrix that shares a scale.
 *
 * @param height rows; empty for all
 * @param width columns; empty for all
 */
record Tile(OptionalInt height, OptionalInt width) {

    /** The maximum of rows or columns that a configuration may give a tile. */
    static final int MAX_EXTENT = 1 << 20;

    static final Tile TENSOR = new Tile(OptionalInt.empty(), OptionalInt.empty());
    static final Tile ROW = new Tile(OptionalInt.of(1), OptionalInt.empty());

    static Tile group(int width) {
        return new Tile(OptionalInt.of(1), OptionalInt.of(width));
    }

    static Tile block(int height, int width) {
        return new Tile(OptionalInt.of(height), OptionalInt.of(width));
    }

    boolean isGroup() {
        return width.isPresent() && height.orElse(0) == 1;
    }

    /**
     * Takes the scales of a matrix, one for each tile; they and the weights must be finite.
     *
     * @param largest the largest difference of a code and its zero point
     */
    StoredGrid take(TensorSet tensors, String name, int rows, int columns, float largest) {
        int dimensions = tensors.entry(name).shape().size();
        return tensors.scales(
                name,
                shape(rows, columns, dimensions),
                largest,
                ElementType.F32,
                ElementType.F16,
                ElementType.BF16,
                ElementType.F8_E8M0);
    }

    /** The shape of a tensor with a number for each tile, where it has so many dimensions if that may be. */
    List<Long> shape(int rows, int columns, int dimensions) {
        long down = tiles(rows, height);
        long across = tiles(columns, width);
        if (dimensions == 0 && down == 1 && across == 1) {
            return List.of();
        }
        return dimensions == 1 && across == 1 ? List.of(down) : List.of(down, across);
    }

    private static long tiles(int size, OptionalInt extent) {
        int each = extent.orElse(size);
        return (size + (long) each - 1) / each;
    }

    Groups groups(int columns) {
        return Groups.of(columns, width.orElse(columns));
    }

    /** The floats of a tensor that has one for each tile. */
    Cells numbers(StoredGrid stored, int rows) {
        int each = height.orElse(rows);
        return (row, group) -> stored.number(row / each, group);
    }

    /** The integers of a tensor that has one for each tile. */
    Cells integers(StoredGrid stored, int rows) {
        int each = height.orElse(rows);
        return (row, group) -> stored.integer(row / each, group);
    }

    @Override
    public String toString() {
        if (width.isEmpty()) {
            return height.isEmpty() ? "a scale for each matrix" : "a scale for each row";
        }
        return isGroup()
                ? "groups of " + width.getAsInt()
                : "blocks of %d x %d".formatted(height.orElseThrow(), width.getAsInt());
    }
}
