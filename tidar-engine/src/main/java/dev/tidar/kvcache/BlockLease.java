package dev.tidar.kvcache;

/** Ownership of one block, alone or with others, until this lease is closed. Confined to the engine thread. */
public final class BlockLease implements AutoCloseable {

    private final BlockPool pool;
    private final int block;
    private boolean closed;

    BlockLease(BlockPool pool, int block) {
        this.pool = pool;
        this.block = block;
    }

    /** Returns the number of the block. */
    public int block() {
        return block;
    }

    /** Gives the block back. Further calls have no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pool.release(block);
        }
    }
}
