package dev.tidar.api;

/** How the device holds the weights. */
public enum WeightFormat {
    /** As stored: int8 stays int8, BF16 stays BF16, F32 and F16 become F32. */
    AUTO,
    F32,
    BF16,
    /** One scale per output row, activations unquantised. */
    INT8
}
