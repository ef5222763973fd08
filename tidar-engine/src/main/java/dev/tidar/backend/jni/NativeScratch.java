package dev.tidar.backend.jni;

import dev.tidar.backend.jni.NativeMemory.Stretch;
import java.util.stream.Stream;

/** Memory that grows with what it is used for, and whose content nobody keeps. Confined to the engine thread. */
final class NativeScratch {

    private final NativeMemory memory;
    private Stretch stretch = new Stretch(0, 0);

    NativeScratch(NativeMemory memory) {
        this.memory = memory;
    }

    /** The address of at least so many bytes, valid until the next call that asks for more. */
    long atLeast(long bytes) {
        if (stretch.bytes() < bytes) {
            memory.release(stretch);
            stretch = new Stretch(0, 0);
            stretch = memory.reserve(bytes + bytes / 2);
        }
        return stretch.address();
    }

    /** Scratch for each of some workers. */
    static final class OfWorkers {
        private final NativeScratch[] scratch;
        private final long[] addresses;

        OfWorkers(NativeMemory memory, int workers) {
            scratch = Stream.generate(() -> new NativeScratch(memory))
                    .limit(workers)
                    .toArray(NativeScratch[]::new);
            addresses = new long[workers];
        }

        /** One address for each worker, of at least so many bytes, valid until the next call. */
        long[] atLeast(long bytes) {
            for (int worker = 0; worker < addresses.length; worker++) {
                addresses[worker] = scratch[worker].atLeast(bytes);
            }
            return addresses;
        }
    }
}
