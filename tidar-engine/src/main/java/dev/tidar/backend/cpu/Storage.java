package dev.tidar.backend.cpu;

/**
 * Memory of packed weights, or of keys and values, in parts that a kernel reaches one at a time.
 *
 * @param <A> what kernels read and write a part through: a primitive array where it lies on the heap
 */
sealed interface Storage<A> permits HeapStorage {

    A part(int index);
}
