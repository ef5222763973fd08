package dev.tidar.kvcache;

import java.util.Optional;

/**
 * KV memory as the scheduler sees it: a pool of blocks, and what is kept in it for reuse. Confined to the engine
 * thread, but for what its parts say otherwise.
 *
 * @param pool the blocks
 * @param blockTokens token slots of one block
 * @param prefixes blocks kept for reuse; empty where nothing is
 */
public record KvCache(BlockPool pool, int blockTokens, Optional<PrefixCache> prefixes) {

    /** A cache that keeps nothing for reuse. */
    public KvCache(BlockPool pool, int blockTokens) {
        this(pool, blockTokens, Optional.empty());
    }

    /**
     * The empty table of a new sequence.
     *
     * @param salt sequences share blocks only where their salts are equal
     */
    public BlockTable table(String salt) {
        return new BlockTable(pool, blockTokens, prefixes, salt);
    }

    /** The number of blocks that hold this number of tokens. */
    public int blocksFor(int tokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }
}
