package dev.tidar.backend.cuda;

/** The kernels that multiply, in one {@link Arithmetic}. */
interface ProductKernels {

    /** Queues a product. */
    void multiply(Product product);

    /** Queues a product with the head, with the bits that the kernels of {@link #head} see. */
    void score(Product product);

    /** How the head is launched on so many rows. */
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
