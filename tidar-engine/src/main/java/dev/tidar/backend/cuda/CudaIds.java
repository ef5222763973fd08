package dev.tidar.backend.cuda;

import dev.tidar.tensor.Ids;
import java.util.OptionalInt;

/**
 * Integers on the device.
 *
 * @param address where they begin
 * @param offset where that is in the pool, in integers; empty where they lie apart from it
 * @param capacity how many they are
 */
public record CudaIds(long address, OptionalInt offset, int capacity) implements Ids {}
