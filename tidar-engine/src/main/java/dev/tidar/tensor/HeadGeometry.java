package dev.tidar.tensor;

/**
 * Heads of one attention layer. A row of q, k and v is laid out {@code [numHeads + 2 * numKvHeads, headDim]}: query
 * heads, then key heads, then value heads.
 *
 * @param numHeads query heads
 * @param numKvHeads key/value heads; divides {@code numHeads}
 * @param headDim width of one head, in elements; even
 */
public record HeadGeometry(int numHeads, int numKvHeads, int headDim) {

    /** Query heads that share one key/value head. */
    public int queryHeadsPerKvHead() {
        return numHeads / numKvHeads;
    }

    /** Width of the queries of a row. */
    public int queryColumns() {
        return numHeads * headDim;
    }

    /** Width of q, k and v of a row. */
    public int columns() {
        return (numHeads + 2 * numKvHeads) * headDim;
    }
}
