package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * All memory that a backend has allocated on the device, and all its pinned memory on the host, so that closing it
 * frees everything. Each region is an allocation of its own, which lets tools guard its bounds.
 *
 * <p>Confined to the engine thread.
 */
public final class DeviceMemory implements AutoCloseable {

    private static final long MIB = 1 << 20;

    private final JCudaContext context;
    private final Set<Region> regions = new LinkedHashSet<>();
    private final Deque<PinnedMemory> pinned = new ArrayDeque<>();
    private long used;
    private boolean frozen;

    DeviceMemory(JCudaContext context) {
        this.context = context;
    }

    /**
     * Allocates memory with undefined content.
     *
     * @param use the purpose of the memory, for messages
     * @throws DeviceException a passing one, if the device has too little memory
     */
    public Region allocate(long bytes, String use) {
        if (bytes < 1) {
            throw new IllegalArgumentException("%s must take memory, but takes %d bytes".formatted(use, bytes));
        }
        if (frozen) {
            throw new IllegalStateException("memory for %s must be taken before the step is captured".formatted(use));
        }
        long address;
        try {
            address = context.allocate(bytes);
        } catch (DeviceException e) {
            throw e.isLasting() ? e : exhausted(bytes, context.memory(), use, e);
        }
        Region region = new Region(address, bytes);
        regions.add(region);
        used += bytes;
        return region;
    }

    private DeviceException exhausted(long bytes, long[] memory, String use, DeviceException rejection) {
        return DeviceException.passing(
                ("the device has no room for %s: %d bytes are needed, %d bytes (%d MiB) of %d MiB are free, this engine holds %d"
                                + " MiB; set fewer bytes for the KV cache, a shorter context, or smaller weights. %s")
                        .formatted(
                                use,
                                bytes,
                                memory[0],
                                memory[0] / MIB,
                                memory[1] / MIB,
                                used / MIB,
                                rejection.getMessage()));
    }

    /** Allocates memory and sets it to zero. */
    public Region allocateZeros(long bytes, String use) {
        Region region = allocate(bytes, use);
        context.clear(region.address(), bytes);
        return region;
    }

    /** Frees a region that no queued work uses any more. */
    public void free(Region region) {
        if (!regions.remove(region)) {
            throw new IllegalArgumentException("region at %x is not allocated".formatted(region.address()));
        }
        used -= region.bytes();
        context.free(region.address());
    }

    /** Sets whether allocations fail, which they must while a step is captured. */
    void freeze(boolean frozen) {
        this.frozen = frozen;
    }

    /** Allocates pinned host memory, which stays until it is freed or this object is closed. */
    public PinnedMemory pinned(long bytes) {
        PinnedMemory memory = context.pinned(bytes);
        pinned.add(memory);
        return memory;
    }

    /** Frees pinned memory before this object is closed. */
    public void free(PinnedMemory memory) {
        pinned.remove(memory);
        context.free(memory);
    }

    /** Frees everything, or nothing where the context is lost. */
    @Override
    public void close() {
        if (context.isLost()) {
            return;
        }
        for (Region region : Set.copyOf(regions)) {
            free(region);
        }
        while (!pinned.isEmpty()) {
            context.free(pinned.pop());
        }
    }
}
