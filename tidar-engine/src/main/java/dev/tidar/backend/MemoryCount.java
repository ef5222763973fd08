package dev.tidar.backend;

import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.WeightType;
import java.util.List;

/**
 * Counts the bytes that a network would take on a device, by being the allocator that it is loaded with. What it
 * returns has a shape and no content. Confined to one thread.
 */
public final class MemoryCount implements Allocator {

    private final DeviceSizes sizes;
    private long weights;
    private long adapters;
    private long activations;
    private long perPosition;
    private int rows = 1;
    private long elements;
    private int outputs;

    MemoryCount(DeviceSizes sizes) {
        this.sizes = sizes;
    }

    /**
     * The bytes of a network on a device.
     *
     * @param weights of its layers and norms
     * @param adapters of its draft adapter, as the device packs it
     * @param activations of the widest step
     * @param scratch that verbs work in, at its largest
     * @param perPosition what each token of context costs besides the KV cache
     * @param kvBlock one block of the KV cache
     */
    public record Need(long weights, long adapters, long activations, long scratch, long perPosition, long kvBlock) {

        /** What this network and another one take on the same device. */
        public Need plus(Need other) {
            return new Need(
                    weights + other.weights,
                    adapters + other.adapters,
                    activations + other.activations,
                    scratch + other.scratch,
                    perPosition + other.perPosition,
                    kvBlock + other.kvBlock);
        }

        /** What does not depend on the context. */
        public long fixed() {
            return weights + adapters + activations + scratch;
        }
    }

    /** What was counted so far, with a KV cache of this shape. */
    public Need need(HeadGeometry heads, KvGeometry kv) {
        return new Need(
                weights,
                adapters,
                activations,
                sizes.scratch(rows, elements, outputs),
                perPosition + sizes.scratchPerPosition(heads, rows),
                sizes.kvBlock(kv));
    }

    @Override
    public Tensor allocate(int tensorRows, int columns) {
        activations += sizes.tensor(tensorRows, columns);
        rows = Math.max(rows, tensorRows);
        elements = Math.max(elements, (long) tensorRows * columns);
        return new CountedTensor(tensorRows, columns);
    }

    @Override
    public Ids allocateIds(int capacity) {
        activations += sizes.ids(capacity);
        return new CountedIds(capacity);
    }

    @Override
    public Linear linear(List<LinearSource> stacked) {
        Arguments.requireStack(stacked);
        return count(PackPlan.stacked(stacked));
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        Arguments.requirePair(gate, up);
        return count(sizes.gated(gate, up));
    }

    private Linear count(PackPlan plan) {
        weights += sizes.weights(plan);
        adapters += sizes.adapter(plan);
        outputs = Math.max(outputs, plan.outputs());
        return new CountedLinear(plan.outputs(), plan.inputs(), sizes.type(plan.sources()), plan.isGated());
    }

    @Override
    public Gain gain(float[] values) {
        weights += sizes.gain(values.length);
        return new CountedGain(values.length);
    }

    /** Counts no positions: their number is what a plan decides. */
    @Override
    public RotaryTable rotaryTable(Rotation rotation, int maxPositions) {
        perPosition += (long) rotation.headDim() * Float.BYTES; // a cosine and a sine of each pair
        perPosition += rotation.queryScale().isNone() ? 0 : Float.BYTES;
        return new CountedRotaryTable(maxPositions, rotation.headDim());
    }

    private record CountedTensor(int rows, int columns) implements Tensor {}

    private record CountedIds(int capacity) implements Ids {}

    private record CountedLinear(int outputs, int inputs, WeightType type, boolean isGated) implements Linear {}

    private record CountedGain(int length) implements Gain {}

    private record CountedRotaryTable(int positions, int headDim) implements RotaryTable {}
}
