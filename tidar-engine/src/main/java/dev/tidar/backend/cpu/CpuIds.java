package dev.tidar.backend.cpu;

import dev.tidar.tensor.Ids;

/** Integers on the heap. Confined to the engine thread. */
public final class CpuIds implements Ids {

    private final int[] values;

    /** Ids that are all zero. */
    public CpuIds(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be positive, but is " + capacity);
        }
        values = new int[capacity];
    }

    @Override
    public int capacity() {
        return values.length;
    }

    /** The values themselves. */
    public int[] values() {
        return values;
    }
}
