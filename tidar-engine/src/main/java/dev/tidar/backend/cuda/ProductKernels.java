package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaMatrix;

/** The kernels that multiply, in one {@link Arithmetic}. */
interface ProductKernels {

    /** Queues a product. */
    void multiply(Product product);

    /** Queues a product with the head. Its outputs have the same bits as the logits in the kernels of {@link #head}. */
    void score(Product product);

    /** An upper bound of the scratch memory of a product with so many rows. */
    long scratchBytes(int rows);

    /** How the kernel that samples from the head is launched for a number of rows. */
    Head head(CudaMatrix head, int rows);

    /**
     * A launch of the head.
     *
     * @param kernel the name of the kernel
     * @param grid the CUDA blocks of the launch
     * @param candidates the number of tokens that the kernel leaves for each row; the best of them is sampled
     */
    record Head(String kernel, Grid grid, int candidates) {}
}
