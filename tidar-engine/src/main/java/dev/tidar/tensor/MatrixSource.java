package dev.tidar.tensor;

/** A matrix as a checkpoint stores it, {@code [rows, columns]}, read row by row while a backend packs it. */
public interface MatrixSource {

    /** Name for error messages. */
    String name();

    int rows();

    int columns();

    /** Type of the stored elements. */
    DType dtype();

    /**
     * Reads one row as floats, int8 rows multiplied by their scale.
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
