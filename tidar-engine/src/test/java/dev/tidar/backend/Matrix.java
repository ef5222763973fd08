package dev.tidar.backend;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.MatrixSource;
import java.util.SplittableRandom;

/** A matrix as a checkpoint would store it, for tests. */
record Matrix(String name, int rows, int columns, DType dtype, float[] values, byte[] int8, float[] scales)
        implements MatrixSource {

    /** Uniform in [-1, 1), rounded to the dtype. */
    static Matrix random(SplittableRandom random, int rows, int columns, DType dtype) {
        float[] values = new float[rows * columns];
        byte[] int8 = new byte[dtype == DType.I8 ? rows * columns : 0];
        float[] scales = new float[dtype == DType.I8 ? rows : 0];
        for (int row = 0; row < rows; row++) {
            float scale = (float) random.nextDouble(0.001, 0.01);
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                if (dtype == DType.I8) {
                    int8[i] = (byte) random.nextInt(-128, 128);
                    scales[row] = scale;
                    values[i] = int8[i] * scale;
                } else {
                    float value = (float) random.nextDouble(-1, 1);
                    values[i] = dtype == DType.F32 ? value : Float16.fromBf16(Float16.toBf16(value));
                }
            }
        }
        return new Matrix("random", rows, columns, dtype, values, int8, scales);
    }

    static Matrix of(int rows, int columns, float... values) {
        return new Matrix("given", rows, columns, DType.F32, values, new byte[0], new float[0]);
    }

    float at(int row, int column) {
        return values[row * columns + column];
    }

    @Override
    public void readRow(int row, float[] target) {
        System.arraycopy(values, row * columns, target, 0, columns);
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        if (dtype != DType.I8) {
            throw new IllegalStateException("not int8");
        }
        System.arraycopy(int8, row * columns, target, 0, columns);
        return scales[row];
    }
}
