package dev.tidar.api;

/** How the device holds the weights. */
public enum WeightFormat {
    /**
     * As stored: int8 stays int8, BF16 stays BF16, F32 and F16 become F32. Integers of fewer bits, or with scales for
     * groups, become int8, and 8-bit floats BF16.
     */
    AUTO,
    F32,
    BF16,
    /** One scale per output row, activations unquantised. */
    INT8
}
