package dev.tidar.checkpoint;

import java.util.List;

/**
 * What a safetensors header says of one tensor; sizes agree with each other once it exists.
 *
 * @param shape dimensions, outermost first; empty for a scalar
 * @param begin offset of the first byte in the file
 * @param end offset after the last byte in the file
 */
record TensorEntry(String name, ElementType type, List<Long> shape, long begin, long end) {

    TensorEntry {
        shape = List.copyOf(shape);
    }

    long bytes() {
        return end - begin;
    }

    /** Number of elements; cannot overflow, because the header was checked against the length of the file. */
    long elements() {
        long product = 1;
        for (long dimension : shape) {
            product *= dimension;
        }
        return product;
    }
}
