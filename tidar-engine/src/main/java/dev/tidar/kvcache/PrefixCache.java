package dev.tidar.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The committed blocks that later sequences with the same beginning can reuse. It holds full blocks of exact rows only;
 * keys and values of drafting rows never enter it.
 *
 * <p>A Caffeine cache is the index from the key of a block to the block, and provides statistics and expiry. It does
 * not choose which block is evicted when memory is short: the pool does, in exact order of use (see
 * {@code docs/decisions/0011-prefix-cache.md}). The size limit of the index is larger than the pool and is never
 * reached as long as both count correctly.
 *
 * <p>Confined to the engine thread, except for {@link #stats()}.
 */
public final class PrefixCache {

    private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

    private final BlockPool pool;
    private final Config config;
    private final BlockKey.Digest digest;
    private final Cache<BlockKey, CachedBlock> index;
    /** The blocks of the index by their number in the pool. */
    private final Map<Integer, CachedBlock> known = new HashMap<>();

    /**
     * The settings of a prefix cache.
     *
     * @param model identifies everything that keys and values depend on besides the tokens: checkpoint, types, layout
     *     of a block
     * @param blockBytes size of one block in bytes
     * @param expireAfter how long a block is kept after its last lease has ended
     */
    public record Config(List<String> model, long blockBytes, Duration expireAfter) {
        public Config {
            model = List.copyOf(model);
        }
    }

    public PrefixCache(BlockPool pool, Config config, Ticker ticker) {
        this(pool, config, ticker, BlockKey.SHA_256);
    }

    /** Creates a cache with another digest, so that a test can make keys collide. */
    PrefixCache(BlockPool pool, Config config, Ticker ticker, BlockKey.Digest digest) {
        this.pool = pool;
        this.config = config;
        this.digest = digest;
        int weight = Math.toIntExact(Math.max(1, config.blockBytes() >> 10));
        this.index = Caffeine.newBuilder()
                .weigher((BlockKey key, CachedBlock block) -> weight)
                .maximumWeight((pool.blocks() + 1L) * weight)
                .expireAfter(Expiry.<BlockKey, CachedBlock>writing(
                        (key, block) -> pool.isLeased(block.block()) ? NEVER : config.expireAfter()))
                .ticker(ticker)
                .executor(Runnable::run)
                .removalListener((@Nullable BlockKey key, @Nullable CachedBlock block, RemovalCause cause) ->
                        Optional.ofNullable(block).ifPresent(this::forget))
                .recordStats()
                .build();
        pool.onRest(this::timeAnew);
        pool.onEviction(this::evicted);
    }

    /**
     * Restarts the expiry time of a block, which runs only while the block has no lease. The index asks for the time on
     * every put.
     */
    private void timeAnew(int block) {
        Optional.ofNullable(known.get(block)).ifPresent(cached -> index.put(cached.key(), cached));
    }

    /** Creates the chain of a new sequence. Sequences with different salts share nothing. */
    PrefixChain chain(String salt) {
        List<String> fields = new ArrayList<>(config.model());
        fields.add(salt);
        return new PrefixChain(this, salt, BlockKey.root(digest, fields));
    }

    BlockKey next(BlockKey key, List<Integer> tokens) {
        return key.next(digest, tokens);
    }

    /**
     * Returns the block of a key if it holds exactly these tokens after exactly this block. The statistics count the
     * look-up.
     */
    Optional<CachedBlock> find(BlockKey key, String salt, Optional<CachedBlock> before, List<Integer> tokens) {
        return Optional.ofNullable(index.getIfPresent(key)).filter(b -> b.holds(salt, before, tokens));
    }

    /** Looks a block up like {@link #find}, but the statistics do not count it. */
    Optional<CachedBlock> peek(BlockKey key, String salt, Optional<CachedBlock> before, List<Integer> tokens) {
        return Optional.ofNullable(index.policy().getIfPresentQuietly(key)).filter(b -> b.holds(salt, before, tokens));
    }

    BlockLease share(CachedBlock block) {
        BlockLease lease = pool.share(block.block());
        timeAnew(block.block());
        return lease;
    }

    boolean isKnown(CachedBlock block) {
        return known.get(block.block()) == block;
    }

    /** Adds a leased block. It replaces a block under the same key, which holds other tokens. */
    void put(CachedBlock block) {
        known.put(block.block(), block);
        pool.keep(block.block());
        index.put(block.key(), block);
    }

    /** Handles the removal of a block from the index, which calls this method in the middle of its own work. */
    private void forget(CachedBlock block) {
        if (isKnown(block)) {
            known.remove(block.block());
            pool.discard(block.block());
        }
    }

    private void evicted(int number) {
        CachedBlock block = Objects.requireNonNull(known.remove(number), "a cached block must be known");
        index.asMap().remove(block.key(), block);
    }

    /** Removes the blocks that have not been used for too long. */
    public void expire() {
        index.cleanUp();
    }

    /**
     * Forgets all blocks: those without a lease become free at once, the others when their last lease ends.
     *
     * @return the number of blocks that were known
     */
    public int clear() {
        int blocks = known.size();
        index.invalidateAll();
        index.cleanUp();
        return blocks;
    }

    /** Returns hits and misses by block, evictions and expiries. Any thread may call this method. */
    public CacheStats stats() {
        return index.stats();
    }

    /** Returns the number of blocks in this cache, leased ones included. */
    long size() {
        return index.estimatedSize();
    }
}
