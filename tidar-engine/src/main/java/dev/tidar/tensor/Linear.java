package dev.tidar.tensor;

/**
 * The weights of a linear layer on a device, packed as its backend likes: {@code y = x · wᵀ + bias}, and on drafting
 * rows {@code + scale · (x · aᵀ) · bᵀ} of a draft adapter, where there is one.
 */
public interface Linear {

    /** Width of y: rows of w as stored, of a gated pair those of one half. */
    int outputs();

    /** Width of x. */
    int inputs();

    /** How the device stores w. */
    WeightType type();

    /** Whether it is the pair of halves of a gated layer. */
    boolean isGated();
}
