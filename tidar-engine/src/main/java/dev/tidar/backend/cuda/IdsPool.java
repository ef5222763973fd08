package dev.tidar.backend.cuda;

import java.nio.IntBuffer;
import java.util.OptionalInt;

/**
 * All integers that verbs write, side by side, so that one copy brings them to the host. What was read stays valid
 * until something is queued again.
 *
 * <p>Confined to the engine thread.
 */
final class IdsPool {

    private static final int CAPACITY = 1 << 16;
    private static final int LARGE = 1 << 13;

    private final JCudaContext context;
    private final DeviceMemory memory;
    private final Region pool;
    private final PinnedMemory mirror;
    private int used;
    private boolean mirrored;

    IdsPool(JCudaContext context, DeviceMemory memory) {
        this.context = context;
        this.memory = memory;
        this.pool = memory.allocateZeros((long) CAPACITY * Integer.BYTES, "row numbers and token ids");
        this.mirror = memory.pinned((long) CAPACITY * Integer.BYTES);
    }

    /** In the pool as long as it has room; large ones and later ones apart from it. */
    CudaIds allocate(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("ids must be at least one, but are " + capacity);
        }
        if (capacity >= LARGE || capacity > CAPACITY - used) {
            Region apart = memory.allocateZeros((long) capacity * Integer.BYTES, "ids");
            return new CudaIds(apart.address(), OptionalInt.empty(), capacity);
        }
        CudaIds ids = new CudaIds(pool.address() + (long) used * Integer.BYTES, OptionalInt.of(used), capacity);
        used += capacity;
        return ids;
    }

    /** What was read before is no longer what the device has. */
    void changed() {
        mirrored = false;
    }

    /** Queues the copy of all integers. */
    void fetch() {
        context.copyToHost(mirror, pool.address(), (long) used * Integer.BYTES);
    }

    /** The copy has arrived. */
    void fetched() {
        mirrored = true;
    }

    /** The first integers of some ids; waits for all queued work unless they were fetched since. */
    int[] read(CudaIds ids, int count, Staging staging) {
        if (ids.offset().isEmpty()) {
            return staging.readInts(ids.address(), count);
        }
        if (!mirrored) {
            fetch();
            context.synchronize();
            mirrored = true;
        }
        int[] values = new int[count];
        IntBuffer all = mirror.bytes().clear().asIntBuffer();
        all.get(ids.offset().getAsInt(), values);
        return values;
    }
}
