package dev.tidar.tensor;

/**
 * Shape of the KV cache of one model.
 *
 * @param layers transformer blocks
 * @param kvHeads key/value heads of one transformer block
 * @param headDim width of one head, in elements
 * @param blockTokens token slots of one block
 * @param dtype element type of keys and values
 */
public record KvGeometry(int layers, int kvHeads, int headDim, int blockTokens, DType dtype) {

    /** The number of bytes of one block: the keys and values of its tokens, over all layers. */
    public long blockBytes() {
        return 2L * layers * kvHeads * headDim * blockTokens * dtype.bytes();
    }

    /** The number of blocks that hold this number of tokens. */
    public int blocksFor(int tokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }
}
