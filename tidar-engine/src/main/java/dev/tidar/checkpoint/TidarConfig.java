package dev.tidar.checkpoint;

/**
 * The settings that a model needs to draft.
 *
 * @param maskTokenId input id that means "to be drafted"
 * @param blockSize trained draft block, in rows, in {@code [2, 32]}
 */
public record TidarConfig(int maskTokenId, int blockSize) {

    static final int MIN_BLOCK_SIZE = 2;
    static final int MAX_BLOCK_SIZE = 32;

    public TidarConfig {
        ModelConfig.requireRange("mask_token_id", maskTokenId, 0, ModelConfig.MAX_VOCAB_SIZE - 1);
        ModelConfig.requireRange("block_size", blockSize, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
    }
}
