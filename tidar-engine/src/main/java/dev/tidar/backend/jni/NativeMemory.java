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

    private final List<Stretch> stretches = new ArrayList<>();

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
