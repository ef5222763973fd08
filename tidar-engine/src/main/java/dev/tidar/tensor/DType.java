package dev.tidar.tensor;

/** Element types of tensors in a checkpoint, and of a KV cache. */
public enum DType {
    F32(4),
    F16(2),
    BF16(2),
    I8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The number of bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
