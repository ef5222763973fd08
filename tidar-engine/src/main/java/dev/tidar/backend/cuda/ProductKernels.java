package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaMatrix;

/** The kernels that multiply, in one {@link Arithmetic}. */
interface ProductKernels {

    /** Queues a product. */
    void multiply(Product product);

    /** Queues a product with the head whose outputs have the bits of the logits in the kernels of {@link #head}. */
    void score(Product product);

    /** How the kernel that samples from the head is launched for a number of rows. */
    Head head(CudaMatrix head, int rows);

    /**
     * A launch of the head.
     *
     * @param kernel its name
     * @param grid its blocks
     * @param candidates tokens that it leaves for each row, of which the best is sampled
     */
    record Head(String kernel, Grid grid, int candidates) {}
}
