package dev.tidar.benchmark;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.SplittableRandom;

/**
 * A matrix of uniform values in [-1, 1), the same for the same row.
 *
 * @param rows outputs of the layer
 * @param columns inputs of the layer
 */
record RandomMatrix(int rows, int columns) implements MatrixSource {

    @Override
    public String name() {
        return "random [%d, %d]".formatted(rows, columns);
    }

    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public void readRow(int row, float[] target) {
        var random = new SplittableRandom(row);
        for (int column = 0; column < columns; column++) {
            target[column] = (float) random.nextDouble(-1, 1);
        }
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        throw new IllegalStateException(name() + " must be I8 to be read as int8, but is F32");
    }
}
