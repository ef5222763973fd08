package dev.tidar.backend.cuda;

import java.util.Optional;

/** Ids that no row samples, as a bit for each id that the head has a column for. Confined to the engine thread. */
final class BannedTokens {

    private final CudaDevice device;
    private final Runnable moved;
    private int[] ids = {};
    private Optional<Region> bits = Optional.empty();

    /** @param moved told that memory was moved, before it is used */
    BannedTokens(CudaDevice device, Runnable moved) {
        this.device = device;
        this.moved = moved;
    }

    /** The ids from now on. */
    void set(int[] tokenIds) {
        ids = tokenIds.clone();
        bits.ifPresent(this::write);
    }

    /** The address of the bits. */
    long bits(CudaMatrix head) {
        long bytes = (long) head.paddedRows() / Byte.SIZE;
        if (bits.isEmpty() || bits.get().bytes() < bytes) {
            Region larger = device.memory().allocate(bytes, "unpickable ids");
            bits.ifPresent(smaller -> {
                device.context().synchronize();
                moved.run();
                device.memory().free(smaller);
            });
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
