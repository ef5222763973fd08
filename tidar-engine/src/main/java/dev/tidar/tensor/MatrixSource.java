package dev.tidar.tensor;

/** A matrix as a checkpoint stores it, {@code [rows, columns]}, read row by row while a backend packs it. */
public interface MatrixSource {

    /** The name of the matrix, for error messages. */
    String name();

    int rows();

    int columns();

    /** The type of the stored elements; F32 where they are dequantised as they are read. */
    DType dtype();

    /**
     * The type in which a device keeps this matrix that is to keep what is stored. It is narrower than {@link #dtype}
     * where elements are dequantised: the narrowest that devices have for what the file holds.
     */
    default DType keptAs() {
        return dtype();
    }

    /**
     * Reads one row as floats; the elements of an int8 row are multiplied by the scale of the row.
     *
     * @param target receives {@code columns} values from its start
     */
    void readRow(int row, float[] target);

    /**
     * Reads one row of an int8 matrix as stored. The value of element c is {@code target[c] * scale}.
     *
     * @param target receives {@code columns} values from its start
     * @return the scale of this row
     * @throws IllegalStateException if {@link #dtype} is not I8
     */
    float readInt8Row(int row, byte[] target);
}
