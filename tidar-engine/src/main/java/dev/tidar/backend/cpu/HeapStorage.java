package dev.tidar.backend.cpu;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One array of the Java heap for each part, so that loops over it read the array itself.
 *
 * @param <A> type of the arrays
 */
record HeapStorage<A>(List<A> arrays) implements Storage<A> {

    HeapStorage {
        arrays = List.copyOf(arrays);
    }

    /** @param array makes the array of a part, zeroed */
    static <A> HeapStorage<A> of(int parts, IntFunction<A> array) {
        return new HeapStorage<>(IntStream.range(0, parts).mapToObj(array).toList());
    }

    @Override
    public A part(int index) {
        return arrays.get(index);
    }
}
