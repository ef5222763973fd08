package dev.tidar.backend.weights;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;

/** Given values as a checkpoint would have them, {@code [rows, columns]}; int8 rows have the scale 0.5. */
record StoredRows(DType dtype, int columns, float... values) implements MatrixSource {

    @Override
    public String name() {
        return "given";
    }

    @Override
    public int rows() {
        return values.length / columns;
    }

    @Override
    public void readRow(int row, float[] target) {
        System.arraycopy(values, row * columns, target, 0, columns);
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        for (int c = 0; c < columns; c++) {
            target[c] = (byte) (values[row * columns + c] / 0.5f);
        }
        return 0.5f;
    }
}
