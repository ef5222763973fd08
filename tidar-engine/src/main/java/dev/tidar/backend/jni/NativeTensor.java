package dev.tidar.backend.jni;

import dev.tidar.backend.jni.NativeMemory.Stretch;
import dev.tidar.tensor.Tensor;
import java.nio.FloatBuffer;

/** Activations {@code [rows, columns]} in native memory. */
public final class NativeTensor implements Tensor {

    private final int rows;
    private final int columns;
    private final long address;
    private final FloatBuffer values;

    /** A tensor of zeros. */
    public NativeTensor(NativeMemory memory, int rows, int columns) {
        long elements = (long) rows * columns;
        if (rows < 1 || columns < 1 || elements > Integer.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException(
                    "tensor must have rows and columns and less than 2 GiB, but is [%d, %d]".formatted(rows, columns));
        }
        this.rows = rows;
        this.columns = columns;
        Stretch stretch = memory.reserve(elements * Float.BYTES);
        this.address = stretch.address();
        this.values = stretch.buffer().asFloatBuffer();
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** The address of the first element of a row. */
    long row(int row) {
        return address + (long) row * columns * Float.BYTES;
    }

    /** Copies the first elements to the heap. */
    public float[] read(int count) {
        float[] copy = new float[count];
        values.get(0, copy);
        return copy;
    }

    /** Copies a row to the heap. */
    void readRow(int row, float[] target) {
        values.get(row * columns, target, 0, columns);
    }

    /** Overwrites elements, in row-major order from {@code first}. */
    void write(int first, float[] source, int count) {
        values.put(first, source, 0, count);
    }
}
