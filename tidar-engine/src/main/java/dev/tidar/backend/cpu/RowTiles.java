package dev.tidar.backend.cpu;

/**
 * Rows of x in the order in which the product kernels read them: split evenly into tiles of {@code [inputs, tile
 * rows]}, so that 13 rows become 6 + 7 and not 9 + 4. It is scratch memory.
 */
final class RowTiles {

    private static final float[] NONE = {};

    private float[] values = NONE;
    /** Of rows that are rounded to int8: {@code [rows, groups]}. */
    private float[] scales = NONE;

    private float[] row = NONE;
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
        shape(count, columns, tileRows);
        for (int tile = 0; tile < tiles; tile++) {
            for (int r = firstRow(tile); r < firstRow(tile + 1); r++) {
                put(tile, r, x, (firstRow + r) * columns);
            }
        }
    }

    /** Takes the same rows and rounds them, see {@link Int8Activations}. */
    void loadRounded(float[] x, int firstRow, int count, int columns, int tileRows) {
        shape(count, columns, tileRows);
        int groups = Int8Activations.groups(columns);
        if (row.length < columns) {
            row = new float[columns];
        }
        if (scales.length < count * groups) {
            scales = new float[count * groups];
        }
        for (int tile = 0; tile < tiles; tile++) {
            for (int r = firstRow(tile); r < firstRow(tile + 1); r++) {
                System.arraycopy(x, (firstRow + r) * columns, row, 0, columns);
                for (int group = 0; group < groups; group++) {
                    int from = group * Int8Activations.GROUP;
                    scales[r * groups + group] =
                            Int8Activations.round(row, from, Math.min(Int8Activations.GROUP, columns - from));
                }
                put(tile, r, row, 0);
            }
        }
    }

    private void shape(int count, int columns, int tileRows) {
        reserve(count * columns);
        rows = count;
        inputs = columns;
        tiles = (count + tileRows - 1) / tileRows;
    }

    private void put(int tile, int r, float[] x, int from) {
        int first = firstRow(tile);
        int height = firstRow(tile + 1) - first;
        int to = first * inputs + r - first;
        for (int k = 0; k < inputs; k++) {
            values[to + k * height] = x[from + k];
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

    /** The scale of a group of a row; defined after {@link #loadRounded}. */
    float scale(int r, int group) {
        return scales[r * Int8Activations.groups(inputs) + group];
    }
}
