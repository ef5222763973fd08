package dev.tidar.kvcache;

/** Ownership of some blocks, until it is closed. Confined to the engine thread. */
public final class BlockLease implements AutoCloseable {

    private final BlockPool pool;
    private final int[] blocks;
    private boolean closed;

    BlockLease(BlockPool pool, int[] blocks) {
        this.pool = pool;
        this.blocks = blocks;
    }

    /** Block numbers, in the order in which they were asked for. */
    public int[] blocks() {
        return blocks.clone();
    }

    /** Gives the blocks back. Further calls have no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pool.release(blocks);
        }
    }
}
