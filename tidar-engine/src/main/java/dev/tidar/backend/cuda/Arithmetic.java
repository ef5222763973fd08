package dev.tidar.backend.cuda;

/** How a GPU computes products and attention. */
public enum Arithmetic {
    /** In float, bit for bit as the CPU backend; for models whose weights are floats, and for tests. */
    STRICT("cuda-f32"),
    /** On the tensor cores: the inputs of products are rounded to bfloat16, sums are floats. */
    FAST("cuda-bf16");

    private final String kernels;

    Arithmetic(String kernels) {
        this.kernels = kernels;
    }

    /** For logs. */
    String kernels() {
        return kernels;
    }
}
