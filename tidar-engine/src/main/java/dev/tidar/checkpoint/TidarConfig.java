package dev.tidar.checkpoint;

/**
 * The settings that a model needs to draft.
 *
 * @param maskTokenId input id that means "to be drafted"
 * @param blockSize trained draft block, in rows, in {@code [2, 32]}
 * @param shortGroups whether it was trained to draft in short groups too, which leave out slot 0
 * @param kept kept counts that were measured with it
 */
public record TidarConfig(int maskTokenId, int blockSize, boolean shortGroups, KeptByLayout kept) {

    static final int MIN_BLOCK_SIZE = 2;
    static final int MAX_BLOCK_SIZE = 32;

    /** A model that was trained with full groups, and of which nothing was measured. */
    public TidarConfig(int maskTokenId, int blockSize) {
        this(maskTokenId, blockSize, false, KeptByLayout.NONE);
    }

    public TidarConfig {
        ModelConfig.requireRange("mask_token_id", maskTokenId, 0, ModelConfig.MAX_VOCAB_SIZE - 1);
        ModelConfig.requireRange("block_size", blockSize, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
    }
}
