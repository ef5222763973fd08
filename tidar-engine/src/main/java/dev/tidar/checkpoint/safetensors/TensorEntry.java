package dev.tidar.checkpoint.safetensors;

import java.util.List;

/**
 * The header entry of one tensor. The sizes of an instance agree with each other.
 *
 * @param shape dimensions, outermost first; empty for a scalar
 * @param begin offset of the first byte in the file
 * @param end offset after the last byte in the file
 */
public record TensorEntry(String name, ElementType type, List<Long> shape, long begin, long end) {

    public TensorEntry {
        shape = List.copyOf(shape);
    }

    public long bytes() {
        return end - begin;
    }

    /** Returns the first dimension; 1 for a scalar. */
    public long rows() {
        return shape.isEmpty() ? 1 : shape.get(0);
    }

    /**
     * Returns the number of elements. It cannot overflow, because the header was checked against the length of the
     * file.
     */
    public long elements() {
        long product = 1;
        for (long dimension : shape) {
            product *= dimension;
        }
        return product;
    }
}
