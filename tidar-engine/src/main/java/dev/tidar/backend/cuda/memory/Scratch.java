package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Region;
import java.util.Optional;

/**
 * Memory that a verb needs while it runs; it grows to the size that the widest step needs. Confined to the engine
 * thread.
 */
public final class Scratch {

    private final CudaDevice device;
    private final String use;
    private final boolean zeros;
    private Optional<Region> region = Optional.empty();

    private Scratch(CudaDevice device, String use, boolean zeros) {
        this.device = device;
        this.use = use;
        this.zeros = zeros;
    }

    /**
     * Scratch memory whose content is undefined.
     *
     * @param use the purpose of the memory, for messages
     */
    public static Scratch undefined(CudaDevice device, String use) {
        return new Scratch(device, use, false);
    }

    /** Scratch memory that is zero at first, and again whenever it has grown. */
    public static Scratch zeros(CudaDevice device, String use) {
        return new Scratch(device, use, true);
    }

    /** The address of memory of at least this size. Where it has to grow, captured steps become invalid. */
    public long reserve(long bytes) {
        if (region.isEmpty() || region.get().bytes() < bytes) {
            Region larger = zeros
                    ? device.memory().allocateZeros(bytes, use)
                    : device.memory().allocate(bytes, use);
            Optional<Region> smaller = region;
            region = Optional.of(larger);
            smaller.ifPresent(device::retire);
        }
        return region.get().address();
    }
}
