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

    /** The number of query heads that share one key/value head. */
    public int queryHeadsPerKvHead() {
        return numHeads / numKvHeads;
    }

    /** The width of the queries of a row, in elements. */
    public int queryColumns() {
        return numHeads * headDim;
    }

    /** The width of q, k and v of a row together, in elements. */
    public int columns() {
        return (numHeads + 2 * numKvHeads) * headDim;
    }
}
