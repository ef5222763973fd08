package dev.tidar.tensor;

/**
 * Shape of the KV cache of one model.
 *
 * @param layers transformer blocks
 * @param kvHeads key/value heads of one
 * @param headDim width of one head, in elements
 * @param blockTokens token slots of one block
 * @param dtype element type of keys and values
 */
public record KvGeometry(int layers, int kvHeads, int headDim, int blockTokens, DType dtype) {

    /** Bytes of one block: K and V of its tokens, over all layers. */
    public long blockBytes() {
        return 2L * layers * kvHeads * headDim * blockTokens * dtype.bytes();
    }

    /** Blocks that a number of tokens takes. */
    public int blocksFor(int tokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }
}
