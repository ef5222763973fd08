package dev.tidar.tensor;

/**
 * Activations on a device, {@code [rows, columns]}, row-major. Verbs work on the first rows of it. Owned by the backend
 * that made it.
 */
public interface Tensor {

    /** Rows it has room for. */
    int rows();

    int columns();
}
