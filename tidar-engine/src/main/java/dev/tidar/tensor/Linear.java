package dev.tidar.tensor;

/**
 * The weights of a linear layer on a device, in the layout of its backend. The layer computes {@code y = x · wᵀ +
 * bias}; on drafting rows it adds {@code scale · (x · aᵀ) · bᵀ} of the draft adapter, where there is one.
 */
public interface Linear {

    /** The width of y: the number of rows of w as stored, or of one half for a gated pair. */
    int outputs();

    /** The width of x. */
    int inputs();

    /** How the device stores w. */
    WeightType type();

    /** Whether the layer is the pair of halves of a gated layer. */
    boolean isGated();
}
