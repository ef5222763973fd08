package dev.tidar.backend.weights;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.Arrays;

/**
 * A matrix with columns of zeros on both sides of its own.
 *
 * @param narrow the matrix with its own columns
 * @param columns the number of all columns
 * @param firstColumn where the matrix's own columns begin
 */
record WidenedRows(MatrixSource narrow, int columns, int firstColumn) implements MatrixSource {

    @Override
    public String name() {
        return narrow.name();
    }

    @Override
    public int rows() {
        return narrow.rows();
    }

    @Override
    public DType dtype() {
        return narrow.dtype() == DType.I8 ? DType.F32 : narrow.dtype();
    }

    @Override
    public void readRow(int row, float[] target) {
        float[] own = new float[narrow.columns()];
        narrow.readRow(row, own);
        Arrays.fill(target, 0, columns, 0);
        System.arraycopy(own, 0, target, firstColumn, own.length);
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        throw new IllegalStateException(name() + " must be int8 to be read as such, but has zeros added as floats");
    }
}
