package dev.tidar.kvcache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The blocks of one sequence in position order. Blocks at the front may be shared with other sequences; the rest belong
 * to this sequence alone, and their number grows with it. Only full blocks of committed tokens are ever shared, so a
 * shared block is never written.
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

    /** Creates a table whose blocks are not shared. */
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
     * Starts an empty table with the blocks that the prefix cache has for the beginning of these tokens. At least the
     * last token is left out, because its row must be computed to produce logits.
     *
     * @return the number of tokens that need not be computed, a multiple of the block size
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

    /** Returns the number of blocks that are missing for positions {@code [0, tokens)}. */
    public int missing(int tokens) {
        return Math.max(0, (tokens + blockTokens - 1) / blockTokens - leases.size());
    }

    /**
     * Leases the blocks that are missing for positions {@code [0, tokens)}; changes nothing if too few are available.
     *
     * @return whether the table now has room for these positions
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
     * Adds full blocks to the prefix cache once all their tokens are committed. If another sequence has already added a
     * block with the same tokens, this table continues with that block and gives its own back.
     *
     * @param tokens tokens of the sequence from position 0
     * @param committed the number of positions, from 0, whose keys and values are final
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

    /** Creates a new array, because a step may still use the old one. */
    private void number() {
        blocks = leases.stream().mapToInt(BlockLease::block).toArray();
    }

    /**
     * Returns the block numbers in position order. The caller must not change the array; a table that changes returns a
     * new one.
     */
    public int[] blocks() {
        return blocks;
    }

    /** Gives all blocks back, the last one first. The table is then empty and can begin again. */
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
