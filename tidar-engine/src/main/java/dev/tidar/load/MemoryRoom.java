package dev.tidar.load;

import dev.tidar.api.DeviceException;
import dev.tidar.backend.MemoryCount.Need;

/**
 * The memory that an engine is planned in.
 *
 * @param place where it is: {@value #HEAP}, or the name of a device
 * @param size all of it, in bytes; of a device, what is free
 * @param free what nobody uses or has planned
 * @param reserve what a plan must leave free
 * @param kvShare the divisor of what is left free that several contexts may take; the rest is left for the application,
 *     or, of the system's memory, for everybody on the machine. 1 on a GPU: nothing
 */
record MemoryRoom(String place, long size, long free, long reserve, int kvShare) {

    static final String HEAP = "the Java heap";

    static final String SYSTEM = "the memory of the system";

    private static final int OWN_SHARE = 4;

    private static final int SYSTEM_SHARE = 16;

    private static final long MIB = 1 << 20;

    /**
     * The heap that a running engine needs besides what is planned by name, for requests, their texts and grammars, and
     * for the collector to move in: a part of all, and a part that grows with the heap. Measured, see
     * docs/decisions/0020-one-memory-plan.md.
     */
    private static final long HEAP_RESERVE = 24 * MIB;

    private static final int HEAP_RESERVE_SHARE = 16;

    /** The divisor of the system's free memory that is left for what is not counted. */
    private static final int SYSTEM_RESERVE_SHARE = 8;

    /**
     * The percentage of what the network leaves of a GPU that is left for captured steps and the scratch that is not
     * counted. Nobody else is expected on a GPU, so keys and values take the rest.
     */
    private static final int GPU_RESERVE_PERCENT = 15;

    private static final int WHOLE_SHARE = 1;

    static MemoryRoom heap(long size, long free) {
        return new MemoryRoom(HEAP, size, free, HEAP_RESERVE + size / HEAP_RESERVE_SHARE, OWN_SHARE);
    }

    /** @param fixed what the network takes at any size of its context */
    static MemoryRoom gpu(String name, long free, long fixed) {
        return new MemoryRoom(name, free, free, Math.max(0, free - fixed) * GPU_RESERVE_PERCENT / 100, WHOLE_SHARE);
    }

    /** The memory of the system outside the Java heap, which all processes share. */
    static MemoryRoom system(long free, long fixed) {
        return new MemoryRoom(SYSTEM, free, free, Math.max(0, free - fixed) / SYSTEM_RESERVE_SHARE, SYSTEM_SHARE);
    }

    boolean isHeap() {
        return place.equals(HEAP);
    }

    /** The error for a plan of this number of bytes, which does not fit. */
    DeviceException tooSmall(Need need, long bytes, int context) {
        String parts =
                ("%s has no room for the model: %s of %s are free; %s are needed: %s for weights, %s for the draft"
                                + " adapter, %s for activations, %s for logits and other scratch, %s for keys and values of %d tokens,"
                                + " and %s in reserve for requests")
                        .formatted(
                                place,
                                mebibytes(free),
                                mebibytes(size),
                                mebibytes(bytes + reserve),
                                mebibytes(need.weights()),
                                mebibytes(need.adapters()),
                                mebibytes(need.activations()),
                                mebibytes(need.scratch()),
                                mebibytes(bytes - need.fixed()),
                                context,
                                mebibytes(reserve));
        if (isHeap()) {
            return new DeviceException(parts + "; " + heapThatFits(bytes), null);
        }
        return DeviceException.passing(parts
                + (place.equals(SYSTEM)
                        ? "; choose smaller weights, or give the process more memory"
                        : "; choose smaller weights or a device with more free memory"));
    }

    /** The setting of the heap with which a plan of this number of bytes fits. */
    String heapThatFits(long bytes) {
        // The reserve grows with the heap, so a larger heap must hold a larger one too.
        long needed = size - free + HEAP_RESERVE + bytes;
        long heap = needed * HEAP_RESERVE_SHARE / (HEAP_RESERVE_SHARE - 1);
        return "set -Xmx%dm or more".formatted((heap / MIB + 10) / 10 * 10);
    }

    /** A size rounded up, in MiB, or in KiB where that would be one. */
    static String mebibytes(long bytes) {
        return bytes < MIB ? (bytes + 1023) / 1024 + " KiB" : (bytes + MIB - 1) / MIB + " MiB";
    }
}
