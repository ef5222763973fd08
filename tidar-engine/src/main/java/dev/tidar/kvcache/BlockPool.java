package dev.tidar.kvcache;

import java.util.Arrays;
import java.util.Optional;

/**
 * The fixed set of KV blocks of one device, and which of them are free. Blocks are numbers; the memory belongs to the
 * backend.
 *
 * <p>Confined to the engine thread, but for {@link #free()}.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes; others only look
public final class BlockPool {

    private final int[] freeBlocks;
    private final boolean[] leased;
    private volatile int numFree;

    public BlockPool(int blocks) {
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive, but are " + blocks);
        }
        freeBlocks = new int[blocks];
        leased = new boolean[blocks];
        for (int i = 0; i < blocks; i++) {
            freeBlocks[i] = blocks - 1 - i; // the lowest number is taken first
        }
        numFree = blocks;
    }

    /** Blocks in all. */
    public int blocks() {
        return freeBlocks.length;
    }

    /** Blocks that nobody holds. Any thread may ask. */
    public int free() {
        return numFree;
    }

    /**
     * Takes so many blocks, or none at all. Cost is O(blocks taken).
     *
     * @param count blocks wanted, at least 1
     * @return the blocks, until the lease is closed; empty when fewer are free, and the pool is unchanged
     */
    public Optional<BlockLease> lease(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a lease must have at least one block, but has " + count);
        }
        if (count > numFree) {
            return Optional.empty();
        }
        int[] blocks = new int[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = freeBlocks[numFree - 1 - i];
            leased[blocks[i]] = true;
        }
        numFree -= count;
        return Optional.of(new BlockLease(this, blocks));
    }

    void release(int[] blocks) {
        for (int block : blocks) {
            if (!leased[block]) {
                throw new IllegalStateException("block %d is free already; free blocks are %s"
                        .formatted(block, Arrays.toString(Arrays.copyOf(freeBlocks, numFree))));
            }
            leased[block] = false;
            freeBlocks[numFree++] = block;
        }
    }
}
