package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.JCudaContext;
import dev.tidar.backend.cuda.driver.PinnedMemory;
import dev.tidar.backend.cuda.driver.Region;
import java.nio.IntBuffer;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The integers that verbs write, side by side, so that one copy brings them all to the host. Reads are served from this
 * copy until more work is queued.
 *
 * <p>Confined to the engine thread.
 */
public final class IdsPool {

    private static final int CAPACITY = 1 << 16;
    private static final int LARGE = 1 << 13;

    private final CudaDevice device;
    private final JCudaContext context;
    private final Region pool;
    private final PinnedMemory mirror;
    private int used;
    /** The number of queued operations when the mirror was last equal to the pool; empty before the first fetch. */
    private OptionalLong mirroredAt = OptionalLong.empty();

    public IdsPool(CudaDevice device) {
        this.device = device;
        this.context = device.context();
        this.pool = device.memory().allocateZeros((long) CAPACITY * Integer.BYTES, "row numbers and token ids");
        this.mirror = device.memory().pinned((long) CAPACITY * Integer.BYTES);
    }

    /** Allocates ids in the pool as long as it has room; large ids and later ones get an allocation of their own. */
    public CudaIds allocate(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("ids must be at least one, but are " + capacity);
        }
        if (capacity >= LARGE || capacity > CAPACITY - used) {
            Region apart = device.memory().allocateZeros((long) capacity * Integer.BYTES, "ids");
            return new CudaIds(apart.address(), OptionalInt.empty(), capacity);
        }
        CudaIds ids = new CudaIds(pool.address() + (long) used * Integer.BYTES, OptionalInt.of(used), capacity);
        used += capacity;
        return ids;
    }

    /** Queues the copy of all integers to the host. */
    public void fetch() {
        context.copyToHost(mirror, pool.address(), (long) used * Integer.BYTES);
    }

    /** Records that the copy has arrived, and that no work was queued after it. */
    public void fetched() {
        mirroredAt = OptionalLong.of(context.numQueued());
    }

    /** Reads the first integers of some ids; waits for all queued work unless they have been fetched since it ended. */
    public int[] read(CudaIds ids, int count) {
        if (ids.offset().isEmpty()) {
            return device.staging().readInts(ids.address(), count);
        }
        if (!mirroredAt.equals(OptionalLong.of(context.numQueued()))) {
            fetch();
            context.synchronize();
            fetched();
        }
        int[] values = new int[count];
        IntBuffer all = mirror.bytes().clear().asIntBuffer();
        all.get(ids.offset().getAsInt(), values);
        return values;
    }
}
