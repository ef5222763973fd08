package dev.tidar.model;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Some rows of stored matrices, in an order of their own. Checkpoints store some matrices one on top of the other, and
 * rotate a part of each head only; the network knows neither.
 *
 * @param count the number of rows
 * @param stored the row of a stored matrix that is row r, for r in {@code [0, count)}
 */
record MatrixRows(int count, IntUnaryOperator stored) {

    /** The rows from one on, in their order. */
    static MatrixRows from(int first, int count) {
        return new MatrixRows(count, row -> first + row);
    }

    /**
     * These rows, with the elements of each head in the order that a rotation of half-split pairs {@code (i, i +
     * headDim / 2)} expects, where the checkpoint rotates pairs {@code (i, i + rotated / 2)} of the first
     * {@code rotated} elements and leaves the others. The order within a head does not change a score, as long as
     * queries and keys have the same.
     */
    MatrixRows rotatedInPart(int headDim, int rotated) {
        if (rotated == headDim) {
            return this;
        }
        int half = headDim / 2;
        int pairs = rotated / 2;
        IntUnaryOperator element = at -> {
            int side = at / half;
            int i = at % half;
            return i < pairs ? side * pairs + i : rotated + side * (half - pairs) + i - pairs;
        };
        return new MatrixRows(
                count, row -> stored.applyAsInt(row / headDim * headDim + element.applyAsInt(row % headDim)));
    }

    /** These rows of a layer: of its weights, its bias and the second matrix of its adapter. */
    LinearSource of(LinearSource whole) {
        Optional<float[]> bias = whole.bias().map(this::of);
        Optional<LinearSource.Adapter> adapter =
                whole.adapter().map(low -> new LinearSource.Adapter(low.a(), new View(low.b(), this), low.scale()));
        return new LinearSource(new View(whole.weight(), this), bias, adapter);
    }

    private float[] of(float[] whole) {
        float[] rows = new float[count];
        for (int row = 0; row < count; row++) {
            rows[row] = whole[stored.applyAsInt(row)];
        }
        return rows;
    }

    /** These rows of a matrix, read where they are. */
    private record View(MatrixSource whole, MatrixRows chosen) implements MatrixSource {

        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public int rows() {
            return chosen.count();
        }

        @Override
        public int columns() {
            return whole.columns();
        }

        @Override
        public DType dtype() {
            return whole.dtype();
        }

        @Override
        public DType keptAs() {
            return whole.keptAs();
        }

        @Override
        public void readRow(int row, float[] target) {
            whole.readRow(chosen.stored().applyAsInt(row), target);
        }

        @Override
        public float readInt8Row(int row, byte[] target) {
            return whole.readInt8Row(chosen.stored().applyAsInt(row), target);
        }
    }
}
