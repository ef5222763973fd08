package dev.tidar.backend.cuda;

import java.util.Optional;

/** Memory that a verb needs while it runs, grown to the widest step that ran. Confined to the engine thread. */
final class Scratch {

    private final CudaDevice device;
    private final String use;
    private final Runnable moved;
    private final boolean zeros;
    private Optional<Region> region = Optional.empty();

    private Scratch(CudaDevice device, String use, Runnable moved, boolean zeros) {
        this.device = device;
        this.use = use;
        this.moved = moved;
        this.zeros = zeros;
    }

    /**
     * Memory whose content is undefined.
     *
     * @param moved told that memory was moved, before it is used
     */
    static Scratch undefined(CudaDevice device, String use, Runnable moved) {
        return new Scratch(device, use, moved, false);
    }

    /** Memory that is zero at first, and again whenever it has grown. */
    static Scratch zeros(CudaDevice device, String use, Runnable moved) {
        return new Scratch(device, use, moved, true);
    }

    /** The address of so many bytes. */
    long reserve(long bytes) {
        if (region.isEmpty() || region.get().bytes() < bytes) {
            Region larger = zeros
                    ? device.memory().allocateZeros(bytes, use)
                    : device.memory().allocate(bytes, use);
            Optional<Region> smaller = region;
            region = Optional.of(larger);
            smaller.ifPresent(old -> {
                device.context().synchronize(); // queued kernels may still use it
                moved.run();
                device.memory().free(old);
            });
        }
        return region.get().address();
    }
}
