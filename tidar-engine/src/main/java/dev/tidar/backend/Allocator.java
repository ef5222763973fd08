package dev.tidar.backend;

import dev.tidar.tensor.Gain;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import java.util.List;

/**
 * What a network takes memory for, besides its KV cache. A {@link Backend} allocates it; a {@link MemoryCount} counts
 * it, so that a plan cannot forget what the loader allocates.
 */
public interface Allocator {

    Tensor allocate(int rows, int columns);

    Ids allocateIds(int capacity);

    /** Packs layers that share their input into one; outputs are stacked in list order. */
    Linear linear(List<LinearSource> stacked);

    /** Packs the two halves of a gated layer for {@link Backend#swiGlu}; {@code outputs()} is the width of one. */
    Linear gated(LinearSource gate, LinearSource up);

    Gain gain(float[] values);

    /**
     * Prepares the tables of a rotation for positions {@code [0, maxPositions)}, as
     * {@link dev.tidar.tensor.RotaryAngles} defines them.
     */
    RotaryTable rotaryTable(Rotation rotation, int maxPositions);
}
