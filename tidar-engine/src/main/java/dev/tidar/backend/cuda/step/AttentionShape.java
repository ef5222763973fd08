package dev.tidar.backend.cuda.step;

/**
 * What the attention of a network needs from the layout of a step.
 *
 * @param blockTokens tokens of a KV block; 0 where no block table is needed
 * @param rowsPerTile the largest number of rows that attend together; 0 where each row attends by itself
 */
public record AttentionShape(int blockTokens, int rowsPerTile) {

    /** The shape for verbs that read and write no KV cache. */
    static final AttentionShape NONE = new AttentionShape(0, 0);

    public AttentionShape {
        if (blockTokens < 0 || rowsPerTile < 0 || blockTokens == 0 && rowsPerTile > 0) {
            throw new IllegalArgumentException("tiles of %d rows must have KV blocks, but these have %d tokens"
                    .formatted(rowsPerTile, blockTokens));
        }
    }

    /** The shape for verbs that need block tables, but no tiles. */
    public static AttentionShape ofRows(int blockTokens) {
        return new AttentionShape(blockTokens, 0);
    }

    /** Whether a step that is laid out for this shape has all that the other one needs. */
    boolean serves(AttentionShape other) {
        return (other.blockTokens == 0 || other.blockTokens == blockTokens)
                && (other.rowsPerTile == 0 || other.rowsPerTile == rowsPerTile);
    }
}
