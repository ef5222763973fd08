package dev.tidar.backend.jni;

import dev.tidar.api.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory of one backend. All of it is given back at {@link #close}, so nothing that lies in it may be used
 * after. Confined to the engine thread.
 */
public final class NativeMemory implements AutoCloseable {

    /**
     * A stretch of memory, zeroed when it is reserved.
     *
     * @param address of its first byte, aligned to a page
     * @param bytes its size
     */
    record Stretch(long address, long bytes) {

        /** A view of all of it, which must be less than 2 GiB. */
        ByteBuffer buffer() {
            return NativeKernels.view(address, Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        }
    }

    /** What weights are cut from, so that small matrices share large pages. */
    private static final long CHUNK = 32L << 20;

    private static final long CACHE_LINE = 64;

    private final List<Stretch> stretches = new ArrayList<>();

    /** The rest of the last chunk. */
    private Stretch chunk = new Stretch(0, 0);

    /** @throws DeviceException if the system has no memory left */
    Stretch reserve(long bytes) {
        long address = NativeKernels.reserve(bytes);
        if (address == 0) {
            throw new DeviceException(
                    "the system has no %d MiB of memory left for the model".formatted((bytes >> 20) + 1), null);
        }
        Stretch stretch = new Stretch(address, bytes);
        stretches.add(stretch);
        return stretch;
    }

    /**
     * Memory for weights, aligned to a cache line, on large pages where the system has them. It stays until the end.
     *
     * @return the address
     * @throws DeviceException if the system has no memory left
     */
    long reserveWeights(long bytes) {
        long size = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
        if (size > chunk.bytes()) {
            chunk = reserve(Math.max(CHUNK, size));
            NativeKernels.preferLargePages(chunk.address(), chunk.bytes());
        }
        long address = chunk.address();
        chunk = new Stretch(address + size, chunk.bytes() - size);
        return address;
    }

    /** Gives a stretch back before the rest. */
    void release(Stretch stretch) {
        if (stretches.remove(stretch)) {
            NativeKernels.release(stretch.address(), stretch.bytes());
        }
    }

    @Override
    public void close() {
        stretches.forEach(stretch -> NativeKernels.release(stretch.address(), stretch.bytes()));
        stretches.clear();
    }
}
