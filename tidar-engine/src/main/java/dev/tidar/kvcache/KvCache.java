package dev.tidar.kvcache;

import java.util.Optional;

/**
 * The KV cache as the scheduler sees it: a pool of blocks, and the prefix cache of those kept for reuse. Confined to
 * the engine thread, except where its parts say otherwise.
 *
 * @param pool the blocks
 * @param blockTokens the number of token slots in one block
 * @param prefixes the blocks kept for reuse; empty if none are kept
 */
public record KvCache(BlockPool pool, int blockTokens, Optional<PrefixCache> prefixes) {

    /** Creates a cache that keeps no blocks for reuse. */
    public KvCache(BlockPool pool, int blockTokens) {
        this(pool, blockTokens, Optional.empty());
    }

    /**
     * Creates the empty table of a new sequence.
     *
     * @param salt sequences share blocks only where their salts are equal
     */
    public BlockTable table(String salt) {
        return new BlockTable(pool, blockTokens, prefixes, salt);
    }

    /** Returns the number of blocks that this number of tokens needs. */
    public int blocksFor(int tokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }
}
