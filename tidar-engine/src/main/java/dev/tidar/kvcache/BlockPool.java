package dev.tidar.kvcache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The fixed set of KV blocks of one device. Each block is in one of three states: free; leased, by one holder or by
 * several that share it; or cached, which means that nobody leases it and that it is kept for reuse until its memory is
 * needed. The pool deals in block numbers only; the memory belongs to the backend.
 *
 * <p>Confined to the engine thread, except for {@link #free()} and {@link #cached()}.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes; the others only read
public final class BlockPool {

    /*
     * Cached blocks form a doubly linked list in the order in which their last leases ended; index `blocks` is the
     * sentinel at both ends. A sequence gives its blocks back from the last to the first, so the tail of a chain is
     * always older in this list than its head and is evicted before it.
     */

    private final int[] freeBlocks;
    private final int[] holders;
    private final boolean[] kept;
    private final int[] older;
    private final int[] newer;
    private final int ends;
    private IntConsumer onRest = block -> {};
    private IntConsumer onEviction = block -> {};
    private volatile int numFree;
    private volatile int numCached;

    public BlockPool(int blocks) {
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive, but are " + blocks);
        }
        freeBlocks = new int[blocks];
        holders = new int[blocks];
        kept = new boolean[blocks];
        older = new int[blocks + 1];
        newer = new int[blocks + 1];
        ends = blocks;
        older[ends] = ends;
        newer[ends] = ends;
        for (int i = 0; i < blocks; i++) {
            freeBlocks[i] = blocks - 1 - i; // the lowest number is taken first
        }
        numFree = blocks;
    }

    /** Returns the total number of blocks. */
    public int blocks() {
        return freeBlocks.length;
    }

    /** Returns the number of free blocks. Any thread may call this method. */
    public int free() {
        return numFree;
    }

    /** Returns the number of cached blocks. Any thread may call this method. */
    public int cached() {
        return numCached;
    }

    /**
     * Returns the number of blocks that can be leased: the free ones, and the cached ones, which are evicted for a
     * lease.
     */
    public int available() {
        return numFree + numCached;
    }

    /** Sets the listener for each kept block whose last lease has ended; it receives the number of the block. */
    void onRest(IntConsumer listener) {
        onRest = listener;
    }

    /**
     * Sets the listener for each cached block that is evicted for a lease; it receives the number of the block once the
     * block is free.
     */
    void onEviction(IntConsumer listener) {
        onEviction = listener;
    }

    /**
     * Leases this number of blocks, or none at all: free ones first, then the least recently used cached ones.
     *
     * @param count the number of blocks, at least 1
     * @return a lease for each block; empty if fewer blocks are available, in which case the pool is unchanged
     */
    public Optional<List<BlockLease>> lease(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one block must be leased, but are " + count);
        }
        if (count > available()) {
            return Optional.empty();
        }
        while (numFree < count) {
            evictOldest();
        }
        List<BlockLease> leases = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int block = freeBlocks[--numFree];
            holders[block] = 1;
            leases.add(new BlockLease(this, block));
        }
        return Optional.of(leases);
    }

    /** Returns one more lease of a block that is leased or cached. */
    BlockLease share(int block) {
        if (holders[block] == 0) {
            if (!kept[block]) {
                throw new IllegalStateException("block %d is free and cannot be shared".formatted(block));
            }
            unlink(block);
        }
        holders[block]++;
        return new BlockLease(this, block);
    }

    boolean isLeased(int block) {
        return holders[block] > 0;
    }

    /** Marks a leased block for reuse: when its last lease ends, it becomes cached instead of free. */
    void keep(int block) {
        if (holders[block] == 0) {
            throw new IllegalStateException("block %d must be leased to be kept".formatted(block));
        }
        kept[block] = true;
    }

    /** Reverts {@link #keep}: a cached block becomes free at once, a leased one when its last lease ends. */
    void discard(int block) {
        if (!kept[block]) {
            return;
        }
        kept[block] = false;
        if (holders[block] == 0) {
            unlink(block);
            freeBlocks[numFree++] = block;
        }
    }

    /** Ends one lease of a block. */
    void release(int block) {
        if (holders[block] == 0) {
            throw new IllegalStateException("block %d is leased by nobody and cannot be given back".formatted(block));
        }
        if (--holders[block] > 0) {
            return;
        }
        if (kept[block]) {
            linkNewest(block);
            onRest.accept(block);
        } else {
            freeBlocks[numFree++] = block;
        }
    }

    private void evictOldest() {
        int block = newer[ends];
        discard(block);
        onEviction.accept(block);
    }

    private void linkNewest(int block) {
        older[block] = older[ends];
        newer[block] = ends;
        newer[older[ends]] = block;
        older[ends] = block;
        numCached++;
    }

    private void unlink(int block) {
        newer[older[block]] = newer[block];
        older[newer[block]] = older[block];
        numCached--;
    }
}
