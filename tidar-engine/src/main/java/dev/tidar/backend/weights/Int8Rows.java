package dev.tidar.backend.weights;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;

/**
 * Reads rows as int8. Rows that are stored as int8 are read as they are; other rows are quantised, so that the largest
 * magnitude of a row becomes 127. Confined to one thread.
 */
public final class Int8Rows {

    private static final int LARGEST = 127;

    private final float[] floats;

    /** @param columns elements of the rows */
    public Int8Rows(int columns) {
        this.floats = new float[columns];
    }

    /**
     * Reads one row. The value of element c is {@code target[c] * scale}.
     *
     * @param target receives the elements from its start
     * @return the scale of the row; 0 if all its elements are zero
     */
    public float read(MatrixSource source, int row, byte[] target) {
        if (source.dtype() == DType.I8) {
            return source.readInt8Row(row, target);
        }
        source.readRow(row, floats);
        float largest = 0;
        for (float value : floats) {
            largest = Math.max(largest, Math.abs(value));
        }
        float scale = largest / LARGEST;
        for (int k = 0; k < floats.length; k++) {
            target[k] = scale == 0 ? 0 : (byte) Math.max(-LARGEST, Math.min(LARGEST, Math.rint(floats[k] / scale)));
        }
        return scale;
    }
}
