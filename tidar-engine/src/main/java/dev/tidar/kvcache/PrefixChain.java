package dev.tidar.kvcache;

import java.util.List;
import java.util.Optional;

/** The full blocks of one sequence in the prefix cache, from the first one on. Confined to the engine thread. */
final class PrefixChain {

    private final PrefixCache cache;
    private final String salt;
    private BlockKey key;
    private Optional<CachedBlock> last = Optional.empty();
    private int length;

    PrefixChain(PrefixCache cache, String salt, BlockKey root) {
        this.cache = cache;
        this.salt = salt;
        this.key = root;
    }

    /** Returns the number of blocks that were found or published. */
    int length() {
        return length;
    }

    /** Advances to the block with the next tokens if the cache has it. */
    Optional<BlockLease> find(List<Integer> tokens) {
        BlockKey next = cache.next(key, tokens);
        Optional<CachedBlock> found = cache.find(next, salt, last, tokens);
        found.ifPresent(block -> advance(next, block));
        return found.map(cache::share);
    }

    /**
     * Advances to the next block and publishes it to the prefix cache.
     *
     * @return a lease of the block to use for these tokens from now on: the given one, or an equal one that the cache
     *     already had
     */
    BlockLease publish(List<Integer> tokens, BlockLease own) {
        BlockKey next = cache.next(key, tokens);
        Optional<CachedBlock> present = cache.peek(next, salt, last, tokens);
        CachedBlock block = present.orElseGet(() -> new CachedBlock(next, salt, last, tokens, own.block()));
        if (present.isEmpty() && last.map(cache::isKnown).orElse(true)) {
            cache.put(block);
        }
        advance(next, block);
        return present.map(cache::share).orElse(own);
    }

    private void advance(BlockKey next, CachedBlock block) {
        key = next;
        last = Optional.of(block);
        length++;
    }
}
