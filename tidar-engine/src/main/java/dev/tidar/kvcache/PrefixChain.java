package dev.tidar.kvcache;

import java.util.List;
import java.util.Optional;

/** The full blocks of one sequence as the prefix cache knows them, from the first on. Confined to the engine thread. */
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

    /** Blocks that were found or made known. */
    int length() {
        return length;
    }

    /** Goes on to the block with the next tokens, if the cache has it. */
    Optional<BlockLease> find(List<Integer> tokens) {
        BlockKey next = cache.next(key, tokens);
        Optional<CachedBlock> found = cache.find(next, salt, last, tokens);
        found.ifPresent(block -> advance(next, block));
        return found.map(cache::share);
    }

    /**
     * Goes on to the next block and makes it known.
     *
     * @return a lease of the block that the cache has for these tokens from now on: this one, or an equal one that was
     *     there before
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
