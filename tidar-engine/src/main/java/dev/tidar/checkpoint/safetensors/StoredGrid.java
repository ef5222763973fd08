package dev.tidar.checkpoint.safetensors;

import dev.tidar.file.Problem;
import dev.tidar.tensor.Float16;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor in a mapped file, {@code [rows, columns]}, whose elements are read one by one in any order, so that it takes
 * no heap memory. A tensor of one dimension is a column, and a scalar one element. Several threads may read it.
 *
 * <p>Who reads it calls {@link #requireUnchanged} at least once in each mebibyte that is read, and after the last, for
 * the reason that {@link StoredMatrix} has.
 */
public final class StoredGrid {

    private static final int EXPONENT_BIAS = 127;

    private final SafetensorsFile file;
    private final TensorEntry entry;
    private final int rows;
    private final int columns;
    private final int bytes;
    private final ByteBuffer[] windows;
    private final int rowsPerWindow;
    private final int rowsPerCheck;

    /** @param entry of at most two dimensions, of a type of whole bytes */
    StoredGrid(SafetensorsFile file, TensorEntry entry) {
        this.file = file;
        this.entry = entry;
        List<Long> shape = entry.shape();
        this.rows = dimension(entry.rows());
        this.columns = shape.size() < 2 ? 1 : dimension(shape.get(1));
        this.bytes = entry.type().bits() / Byte.SIZE;
        long rowBytes = (long) columns * bytes;
        if (rowBytes > Integer.MAX_VALUE) {
            throw tooLarge(rowBytes);
        }
        this.windows = file.map(entry, rowBytes).toArray(ByteBuffer[]::new);
        this.rowsPerWindow = SafetensorsFile.rowsPerWindow(rowBytes);
        this.rowsPerCheck = SafetensorsFile.rowsPerCheck(rowBytes);
    }

    private int dimension(long size) {
        if (size > Integer.MAX_VALUE) {
            throw tooLarge(size);
        }
        return (int) size;
    }

    private RuntimeException tooLarge(long size) {
        return Problem.unsupported(
                file.path(),
                "dimensions and rows in bytes of tensor %s must be at most %d, but one is %d",
                entry.name(),
                Integer.MAX_VALUE,
                size);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public ElementType type() {
        return entry.type();
    }

    /** Returns an element of a float type as a float; powers of two (F8_E8M0) count as one. */
    public float number(int row, int column) {
        ByteBuffer window = window(row);
        int at = at(row, column);
        return switch (entry.type()) {
            case F32 -> window.getFloat(at);
            case F16 -> Float16.fromF16(window.getShort(at));
            case BF16 -> Float16.fromBf16(window.getShort(at));
            case F8_E8M0 -> power(window.get(at) & 0xff);
            default -> throw new IllegalStateException(entry.name() + " has no floats, but " + entry.type());
        };
    }

    /** Returns an element of a type of 4 bytes as it is stored. */
    public int word(int row, int column) {
        return window(row).getInt(at(row, column));
    }

    /** Returns an element of a type of 1 byte as it is stored. */
    public byte octet(int row, int column) {
        return window(row).get(at(row, column));
    }

    /** Returns an element of a signed integer type. */
    public long integer(int row, int column) {
        ByteBuffer window = window(row);
        int at = at(row, column);
        return switch (entry.type()) {
            case I8 -> window.get(at);
            case I32 -> window.getInt(at);
            case I64 -> window.getLong(at);
            default -> throw new IllegalStateException(entry.name() + " has no integers, but " + entry.type());
        };
    }

    /**
     * Fails if an element of a float type is NaN or infinite, or becomes so when it is multiplied; this reads all of
     * them.
     *
     * @param factor the largest that an element is multiplied by
     * @throws dev.tidar.api.InvalidModelException if one is
     */
    void requireFinite(float factor) {
        long bad = 0;
        long tooLarge = 0;
        for (int row = 0; row < rows; row++) {
            requireUnchangedAt(row);
            for (int column = 0; column < columns; column++) {
                float number = number(row, column);
                bad += Float.isFinite(number) ? 0 : 1;
                tooLarge += Float.isFinite(number * factor) ? 0 : 1;
            }
        }
        requireUnchanged();
        TensorSet.requireNone(file, entry, bad);
        if (tooLarge > 0) {
            throw Problem.corrupt(
                    file.path(),
                    "numbers in tensor %s must be finite when multiplied by %s, but %d are too large",
                    entry.name(),
                    factor,
                    tooLarge);
        }
    }

    /**
     * The same as {@link #requireUnchanged} at the first row of each mebibyte, and nothing at the others; for those who
     * read all rows in order.
     */
    public void requireUnchangedAt(int row) {
        if (row % rowsPerCheck == 0) {
            requireUnchanged();
        }
    }

    /** Fails if the file has changed since it was opened. */
    public void requireUnchanged() {
        file.requireUnchanged();
    }

    /** Two to the power of a biased exponent, as F8_E8M0 stores it; the last code is NaN. */
    private static float power(int biased) {
        return biased == 0xff ? Float.NaN : Math.scalb(1f, biased - EXPONENT_BIAS);
    }

    /** Without a division where there is one window, as there is for all but the largest tensors. */
    private ByteBuffer window(int row) {
        return windows.length == 1 ? windows[0] : windows[row / rowsPerWindow];
    }

    private int at(int row, int column) {
        int inWindow = windows.length == 1 ? row : row % rowsPerWindow;
        return (inWindow * columns + column) * bytes;
    }
}
