package dev.tidar.backend.cuda.memory;

import dev.tidar.tensor.Ids;
import java.util.OptionalInt;

/**
 * Integers on the device.
 *
 * @param address the address of the first integer
 * @param offset the offset of the first integer in the pool, in integers; empty where they have an allocation of their
 *     own
 * @param capacity the number of integers
 */
public record CudaIds(long address, OptionalInt offset, int capacity) implements Ids {}
