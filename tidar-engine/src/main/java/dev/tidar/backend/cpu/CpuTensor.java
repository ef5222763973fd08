package dev.tidar.backend.cpu;

import dev.tidar.tensor.Tensor;

/** Activations on the heap. Confined to the engine thread, and to the workers while a verb runs. */
public final class CpuTensor implements Tensor {

    private final int rows;
    private final int columns;
    final float[] values;

    /** A tensor of zeros. */
    public CpuTensor(int rows, int columns) {
        if (rows < 1 || columns < 1 || (long) rows * columns > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "tensor must have rows and columns and fit one array, but is [%d, %d]".formatted(rows, columns));
        }
        this.rows = rows;
        this.columns = columns;
        this.values = new float[rows * columns];
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** The values themselves, {@code [rows, columns]}. */
    public float[] values() {
        return values;
    }
}
