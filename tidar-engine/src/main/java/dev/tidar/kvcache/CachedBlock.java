package dev.tidar.kvcache;

import java.util.List;
import java.util.Optional;

/**
 * What the prefix cache records about one block. Two instances are equal only if they are the same object.
 *
 * <p>A key alone is not trusted: a block is a hit only if its salt, its tokens and the block before it, compared by
 * identity, are the wanted ones. By induction, the whole prefix is then equal, even if hashes collide.
 */
final class CachedBlock {

    private final BlockKey key;
    private final String salt;
    private final Optional<CachedBlock> before;
    private final List<Integer> tokens;
    private final int block;

    /**
     * @param before the block before it; empty for the first block of a sequence
     * @param tokens the token ids of the full block
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
