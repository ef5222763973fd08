package dev.tidar.kvcache;

import java.util.List;
import java.util.Optional;

/**
 * What the prefix cache knows of one block. Two of them are the same only if they are the same object.
 *
 * <p>A key alone is not trusted: a block counts as found only where its salt, its tokens and the very block before it
 * are those that are looked for. By induction the whole prefix is equal then, whatever the hash does.
 */
final class CachedBlock {

    private final BlockKey key;
    private final String salt;
    private final Optional<CachedBlock> before;
    private final List<Integer> tokens;
    private final int block;

    /**
     * @param before the block in front of it; empty for the first of a sequence
     * @param tokens ids of its tokens, a full block of them
     * @param block its number in the pool
     */
    CachedBlock(BlockKey key, String salt, Optional<CachedBlock> before, List<Integer> tokens, int block) {
        this.key = key;
        this.salt = salt;
        this.before = before;
        this.tokens = List.copyOf(tokens);
        this.block = block;
    }

    BlockKey key() {
        return key;
    }

    int block() {
        return block;
    }

    boolean holds(String wantedSalt, Optional<CachedBlock> wantedBefore, List<Integer> wantedTokens) {
        return salt.equals(wantedSalt)
                && before.orElse(null) == wantedBefore.orElse(null)
                && tokens.equals(wantedTokens);
    }
}
