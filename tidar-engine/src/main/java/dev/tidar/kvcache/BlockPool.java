package dev.tidar.kvcache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The fixed set of KV blocks of one device. Each block is in one of three states: free; leased, by one holder or by
 * several that share it; or cached, which is leased by nobody and kept for reuse until its memory is wanted. Blocks are
 * numbers; the memory belongs to the backend.
 *
 * <p>Confined to the engine thread, but for {@link #free()} and {@link #cached()}.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes; others only look
public final class BlockPool {

    /*
     * Cached blocks are a doubly linked list in the order in which their last lease ended; index `blocks` is both ends.
     * A sequence gives its blocks back from the last to the first, so the tail of a chain is always older here than its
     * head and is evicted before it.
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

    /** Blocks in all. */
    public int blocks() {
        return freeBlocks.length;
    }

    /** Blocks that hold nothing. Any thread may ask. */
    public int free() {
        return numFree;
    }

    /** The number of blocks that have no lease and are kept for reuse. Any thread may ask. */
    public int cached() {
        return numCached;
    }

    /** Blocks that a lease can have: free ones, and cached ones, which give way. */
    public int available() {
        return numFree + numCached;
    }

    /** Receives the number of each block that is kept and whose last lease has ended. */
    void onRest(IntConsumer listener) {
        onRest = listener;
    }

    /** Receives the number of each cached block that is evicted for a lease, once it is free. */
    void onEviction(IntConsumer listener) {
        onEviction = listener;
    }

    /**
     * Takes this number of blocks, or none at all: free ones first, then the cached ones that were used least recently.
     *
     * @param count blocks wanted, at least 1
     * @return a lease for each; empty when fewer are available, and the pool is unchanged
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

    /** One more lease of a block that is leased or cached. */
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

    /** Makes a leased block outlive its last lease: it is cached then, not free. */
    void keep(int block) {
        if (holders[block] == 0) {
            throw new IllegalStateException("block %d must be leased to be kept".formatted(block));
        }
        kept[block] = true;
    }

    /** Takes {@link #keep} back: a cached block is free at once, a leased one when its last lease ends. */
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
