package dev.tidar.checkpoint.safetensors;

import dev.tidar.file.Problem;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.MatrixSource;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.List;
import java.util.Objects;

/**
 * A matrix in a mapped file. Rows are converted as they are read, so a matrix takes no heap memory. Several threads may
 * read it.
 *
 * <p>The file is checked for changes when the matrix is mapped, at least once in each mebibyte of rows, and after the
 * last row. This matters because the mapped pages of a truncated file are gone: touching one is an
 * {@link InternalError} of the virtual machine, which compiled code reports late and which cannot be caught in place. A
 * truncation within a mebibyte that is being read can still end in this error.
 */
final class StoredMatrix implements MatrixSource {

    private final SafetensorsFile file;
    private final String name;
    private final int rows;
    private final int columns;
    private final DType dtype;
    private final float[] scales;
    private final ByteBuffer[] windows;
    private final int rowsPerWindow;
    private final int rowsPerCheck;

    /** @param scales one for each row of an int8 matrix; empty for the float types */
    StoredMatrix(SafetensorsFile file, TensorEntry entry, DType dtype, float[] scales) {
        this.file = file;
        this.name = entry.name();
        this.rows = Math.toIntExact(entry.shape().get(0));
        this.columns = Math.toIntExact(entry.shape().get(1));
        this.dtype = dtype;
        this.scales = scales;
        long rowBytes = (long) columns * dtype.bytes();
        if (rowBytes > Integer.MAX_VALUE) {
            throw Problem.unsupported(
                    file.path(),
                    "rows of tensor %s must have at most %d bytes, but have %d",
                    name,
                    Integer.MAX_VALUE,
                    rowBytes);
        }
        List<ByteBuffer> mapped = file.map(entry, rowBytes);
        this.windows = mapped.toArray(ByteBuffer[]::new);
        this.rowsPerCheck = SafetensorsFile.rowsPerCheck(rowBytes);
        this.rowsPerWindow = SafetensorsFile.rowsPerWindow(rowBytes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public void readRow(int row, float[] target) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize(0, columns, target.length);
        checkBefore(row);
        ByteBuffer window = windows[row / rowsPerWindow];
        int first = row % rowsPerWindow * columns;
        switch (dtype) {
            case F32 -> window.asFloatBuffer().get(first, target, 0, columns);
            case F16 -> readF16(window.asShortBuffer(), first, target);
            case BF16 -> readBf16(window.asShortBuffer(), first, target);
            case I8 -> readI8(window, first, scales[row], target);
        }
        checkAfter(row);
    }

    @Override
    public float readInt8Row(int row, byte[] target) {
        if (dtype != DType.I8) {
            throw new IllegalStateException("%s is %s, not I8".formatted(name, dtype));
        }
        Objects.checkIndex(row, rows);
        checkBefore(row);
        windows[row / rowsPerWindow].get(row % rowsPerWindow * columns, target, 0, columns);
        checkAfter(row);
        return scales[row];
    }

    private void readF16(ShortBuffer source, int first, float[] target) {
        for (int c = 0; c < columns; c++) {
            target[c] = Float16.fromF16(source.get(first + c));
        }
    }

    private void readBf16(ShortBuffer source, int first, float[] target) {
        for (int c = 0; c < columns; c++) {
            target[c] = Float16.fromBf16(source.get(first + c));
        }
    }

    private void readI8(ByteBuffer source, int first, float scale, float[] target) {
        for (int c = 0; c < columns; c++) {
            target[c] = source.get(first + c) * scale;
        }
    }

    private void checkBefore(int row) {
        if (row % rowsPerCheck == 0) {
            file.requireUnchanged();
        }
    }

    private void checkAfter(int row) {
        if (row == rows - 1) {
            file.requireUnchanged();
        }
    }
}
