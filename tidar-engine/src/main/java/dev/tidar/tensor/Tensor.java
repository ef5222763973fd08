package dev.tidar.tensor;

/**
 * Activations on a device, {@code [rows, columns]}, row-major. Verbs work on its first rows. Owned by the backend that
 * made it.
 */
public interface Tensor {

    /** The number of rows that it has room for. */
    int rows();

    int columns();
}
