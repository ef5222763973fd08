package dev.tidar.backend.cuda.memory;

import dev.tidar.tensor.Ids;
import java.util.OptionalInt;

/**
 * Integers on the device.
 *
 * @param address of the first
 * @param offset of the first in the pool, in integers; empty where they have an allocation of their own
 * @param capacity their number
 */
public record CudaIds(long address, OptionalInt offset, int capacity) implements Ids {}
