package dev.tidar.kvcache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The blocks of one sequence in position order. Grows with the sequence; closing it frees them all. Confined to the
 * engine thread.
 */
public final class BlockTable implements AutoCloseable {

    private final BlockPool pool;
    private final int blockTokens;
    private final List<BlockLease> leases = new ArrayList<>();
    private int[] blocks = new int[0];

    public BlockTable(BlockPool pool, int blockTokens) {
        this.pool = pool;
        this.blockTokens = blockTokens;
    }

    /**
     * Makes room for positions {@code [0, tokens)}, or changes nothing.
     *
     * @return whether there is room now
     */
    public boolean reserve(int tokens) {
        int missing = (tokens + blockTokens - 1) / blockTokens - blocks.length;
        if (missing <= 0) {
            return true;
        }
        Optional<BlockLease> lease = pool.lease(missing);
        lease.ifPresent(this::append);
        return lease.isPresent();
    }

    private void append(BlockLease lease) {
        leases.add(lease);
        int[] added = lease.blocks();
        int[] all = Arrays.copyOf(blocks, blocks.length + added.length);
        System.arraycopy(added, 0, all, blocks.length, added.length);
        blocks = all;
    }

    /** Block numbers in position order. Not to be changed; a later {@link #reserve} returns a new array. */
    public int[] blocks() {
        return blocks;
    }

    @Override
    public void close() {
        leases.forEach(BlockLease::close);
        leases.clear();
        blocks = new int[0];
    }
}
