package dev.tidar.kvcache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The blocks of one sequence in position order: the front may be shared with other sequences, the rest is its own and
 * grows with it. Only full blocks of committed tokens are ever shared, so a shared block is never written.
 *
 * <p>Confined to the engine thread.
 */
public final class BlockTable implements AutoCloseable {

    private final BlockPool pool;
    private final int blockTokens;
    private final Optional<PrefixCache> cache;
    private final String salt;
    private final List<BlockLease> leases = new ArrayList<>();
    private Optional<PrefixChain> chain = Optional.empty();
    private int[] blocks = new int[0];

    /** A table whose blocks are not shared. */
    public BlockTable(BlockPool pool, int blockTokens) {
        this(pool, blockTokens, Optional.empty(), "");
    }

    BlockTable(BlockPool pool, int blockTokens, Optional<PrefixCache> cache, String salt) {
        this.pool = pool;
        this.blockTokens = blockTokens;
        this.cache = cache;
        this.salt = salt;
    }

    /**
     * Begins an empty table with the blocks that the prefix cache has of these tokens. At least the last token is left
     * out, because its row must run to give scores.
     *
     * @return tokens that need not be computed, a multiple of the block's
     */
    public int begin(List<Integer> tokens) {
        if (!leases.isEmpty()) {
            throw new IllegalStateException(
                    "a table must be empty to begin, but has %d blocks".formatted(blocks.length));
        }
        chain = cache.map(c -> c.chain(salt));
        chain.ifPresent(c -> findBlocks(c, tokens));
        return leases.size() * blockTokens;
    }

    private void findBlocks(PrefixChain known, List<Integer> tokens) {
        int max = (tokens.size() - 1) / blockTokens;
        while (leases.size() < max) {
            Optional<BlockLease> found = known.find(block(tokens, leases.size()));
            if (found.isEmpty()) {
                break;
            }
            leases.add(found.get());
        }
        number();
    }

    /** Blocks that are missing for positions {@code [0, tokens)}. */
    public int missing(int tokens) {
        return Math.max(0, (tokens + blockTokens - 1) / blockTokens - leases.size());
    }

    /**
     * Makes room for positions {@code [0, tokens)}, or changes nothing.
     *
     * @return whether there is room now
     */
    public boolean reserve(int tokens) {
        int missing = missing(tokens);
        if (missing == 0) {
            return true;
        }
        Optional<List<BlockLease>> lease = pool.lease(missing);
        lease.ifPresent(leases::addAll);
        number();
        return lease.isPresent();
    }

    /**
     * Makes full blocks known to the prefix cache, once all their tokens are committed. Where another sequence was
     * first with the same tokens, this table goes on with that one's block and gives its own back.
     *
     * @param tokens tokens of the sequence from position 0
     * @param committed positions whose keys and values are final
     */
    public void commit(List<Integer> tokens, int committed) {
        chain.ifPresent(c -> publish(c, tokens, committed));
    }

    private void publish(PrefixChain known, List<Integer> tokens, int committed) {
        while ((known.length() + 1) * blockTokens <= committed) {
            int index = known.length();
            BlockLease own = leases.get(index);
            BlockLease shared = known.publish(block(tokens, index), own);
            if (shared != own) {
                leases.set(index, shared);
                own.close();
                number();
            }
        }
    }

    private List<Integer> block(List<Integer> tokens, int index) {
        return tokens.subList(index * blockTokens, (index + 1) * blockTokens);
    }

    /** A new array, because the old one may belong to a step. */
    private void number() {
        blocks = leases.stream().mapToInt(BlockLease::block).toArray();
    }

    /** Block numbers in position order. Not to be changed; a table that changes returns a new array. */
    public int[] blocks() {
        return blocks;
    }

    /** Gives all blocks back, the last first, and may begin again. */
    @Override
    public void close() {
        for (int i = leases.size() - 1; i >= 0; i--) {
            leases.get(i).close();
        }
        leases.clear();
        number();
        chain = Optional.empty();
    }
}
