package dev.tidar.backend.cpu;

/**
 * Rows of x in the order in which the product kernels read them: split evenly into tiles of {@code [inputs, tile
 * rows]}, so that 13 rows become 6 + 7 and not 9 + 4. It is scratch memory.
 */
final class RowTiles {

    private static final float[] NONE = {};

    private float[] values = NONE;
    private int rows;
    private int inputs;
    private int tiles;

    /** Makes room, so that {@link #load} of at most this size allocates nothing. */
    void reserve(int elements) {
        if (values.length < elements) {
            values = NONE; // what is outgrown need not stay until the new array is there
            values = new float[elements];
        }
    }

    /** Takes rows {@code [firstRow, firstRow + count)} of x {@code [, columns]}. */
    void load(float[] x, int firstRow, int count, int columns, int tileRows) {
        reserve(count * columns);
        rows = count;
        inputs = columns;
        tiles = (count + tileRows - 1) / tileRows;
        for (int tile = 0; tile < tiles; tile++) {
            int first = firstRow(tile);
            int height = firstRow(tile + 1) - first;
            int to = first * columns;
            for (int r = 0; r < height; r++) {
                int from = (firstRow + first + r) * columns;
                for (int k = 0; k < columns; k++) {
                    values[to + k * height + r] = x[from + k];
                }
            }
        }
    }

    int rows() {
        return rows;
    }

    int tiles() {
        return tiles;
    }

    /** First row of a tile, or after the last row for {@code tile == tiles()}. */
    int firstRow(int tile) {
        return (int) ((long) rows * tile / tiles);
    }

    /** Where input k of a tile begins. */
    int offset(int tile, int k) {
        int first = firstRow(tile);
        return first * inputs + k * (firstRow(tile + 1) - first);
    }

    float[] values() {
        return values;
    }
}
