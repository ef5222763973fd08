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
 * Committed blocks that later sequences with the same beginning can use. Only full blocks of causal rows are in it;
 * what a draft or a mask computed never is.
 *
 * <p>Caffeine is the index from a block's key to the block, with statistics and expiry. It does not choose what gives
 * way when memory is short: the pool does, by exact order of use, see {@code docs/decisions/0011-prefix-cache.md}. Its
 * own limit lies above the pool's and is never reached while both count right.
 *
 * <p>Confined to the engine thread, but for {@link #stats()}.
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
     * How a prefix cache works.
     *
     * @param model names all that keys and values depend on besides tokens: checkpoint, types, layout of a block
     * @param blockBytes bytes of one block
     * @param expireAfter how long a block is kept after its last lease
     */
    public record Config(List<String> model, long blockBytes, Duration expireAfter) {
        public Config {
            model = List.copyOf(model);
        }
    }

    public PrefixCache(BlockPool pool, Config config, Ticker ticker) {
        this(pool, config, ticker, BlockKey.SHA_256);
    }

    /** With another digest, so that a test can make keys collide. */
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

    /** Time runs for a block only while it has no lease. The index asks for the time whenever a block is put. */
    private void timeAnew(int block) {
        Optional.ofNullable(known.get(block)).ifPresent(cached -> index.put(cached.key(), cached));
    }

    /** The chain of a new sequence; sequences with different salts share nothing. */
    PrefixChain chain(String salt) {
        List<String> fields = new ArrayList<>(config.model());
        fields.add(salt);
        return new PrefixChain(this, salt, BlockKey.root(digest, fields));
    }

    BlockKey next(BlockKey key, List<Integer> tokens) {
        return key.next(digest, tokens);
    }

    /** The block of a key, if it holds just these tokens after just this block; counts as a use. */
    Optional<CachedBlock> find(BlockKey key, String salt, Optional<CachedBlock> before, List<Integer> tokens) {
        return Optional.ofNullable(index.getIfPresent(key)).filter(b -> b.holds(salt, before, tokens));
    }

    /** As {@link #find}, without being counted. */
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

    /** Makes a leased block known. Another one under the same key gives way: it holds other tokens. */
    void put(CachedBlock block) {
        known.put(block.block(), block);
        pool.keep(block.block());
        index.put(block.key(), block);
    }

    /** Called by the index, in the middle of its own work, for every block that it lets go. */
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

    /** Forgets what has not been used for too long. */
    public void expire() {
        index.cleanUp();
    }

    /** Hits and misses by block, evictions and expiries. Any thread may ask. */
    public CacheStats stats() {
        return index.stats();
    }

    /** Blocks that it knows, leased ones among them. */
    long size() {
        return index.estimatedSize();
    }
}
