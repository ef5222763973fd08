package dev.tidar.model;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.SplittableRandom;

/**
 * A matrix whose rows are one random row, turned by one element each: quick to make, as slow as any to multiply with.
 */
final class TurnedRows implements MatrixSource {

    private static final float INT8_SCALE = 1f / 127;

    private final int rows;
    private final DType dtype;
    private final float[] row;
    private final byte[] bytes;

    TurnedRows(int rows, int columns, DType dtype) {
        var random = new SplittableRandom(columns);
        this.rows = rows;
        this.dtype = dtype;
        this.row = new float[columns];
        this.bytes = new byte[columns];
        for (int i = 0; i < columns; i++) {
            bytes[i] = (byte) random.nextInt(-127, 128);
            row[i] = (float) (bytes[i] * INT8_SCALE / Math.sqrt(columns));
        }
    }

    @Override
    public String name() {
        return "random weights";
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return row.length;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public void readRow(int index, float[] target) {
        int turn = index % row.length;
        System.arraycopy(row, turn, target, 0, row.length - turn);
        System.arraycopy(row, 0, target, row.length - turn, turn);
    }

    @Override
    public float readInt8Row(int index, byte[] target) {
        int turn = index % bytes.length;
        System.arraycopy(bytes, turn, target, 0, bytes.length - turn);
        System.arraycopy(bytes, 0, target, bytes.length - turn, turn);
        return (float) (INT8_SCALE / Math.sqrt(bytes.length));
    }
}
