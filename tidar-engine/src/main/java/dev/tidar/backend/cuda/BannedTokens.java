package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import java.util.Optional;

/**
 * The ids that no row may sample, as one bit for each id that the head has a column for. Confined to the engine thread.
 */
final class BannedTokens {

    private final CudaDevice device;
    private int[] ids = {};
    private Optional<Region> bits = Optional.empty();

    BannedTokens(CudaDevice device) {
        this.device = device;
    }

    /** Replaces the ids. */
    void set(int[] tokenIds) {
        ids = tokenIds.clone();
        bits.ifPresent(this::write);
    }

    /** The address of the bits. */
    long bits(CudaMatrix head) {
        long bytes = (long) head.paddedRows() / Byte.SIZE;
        if (bits.isEmpty() || bits.get().bytes() < bytes) {
            Region larger = device.memory().allocate(bytes, "banned ids");
            bits.ifPresent(device::retire);
            bits = Optional.of(larger);
            write(larger);
        }
        return bits.get().address();
    }

    private void write(Region region) {
        int[] words = new int[(int) (region.bytes() / Integer.BYTES)];
        for (int id : ids) {
            if (id / Integer.SIZE < words.length) {
                words[id / Integer.SIZE] |= 1 << id % Integer.SIZE;
            }
        }
        device.staging().ints(region.address(), words);
    }
}
