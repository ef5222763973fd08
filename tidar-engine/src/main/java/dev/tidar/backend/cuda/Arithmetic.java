package dev.tidar.backend.cuda;

/** How a GPU computes products and attention. */
public enum Arithmetic {
    /**
     * All arithmetic is in float and has the bits of the CPU backend; for models whose weights are floats, and for
     * tests.
     */
    STRICT("cuda-f32"),
    /** Products run on the tensor cores: their inputs are rounded to bfloat16, and their sums are floats. */
    FAST("cuda-bf16");

    private final String kernels;

    Arithmetic(String kernels) {
        this.kernels = kernels;
    }

    /** The name of the kernels, for logs. */
    String kernels() {
        return kernels;
    }
}
