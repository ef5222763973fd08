package dev.tidar.backend.jni;

import dev.tidar.tensor.Linear;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/** A packed layer. Immutable. */
public final class NativeLinear implements Linear {

    /**
     * The draft adapters of a layer's sources as one pair of products, see {@code CpuAdapter}.
     *
     * @param down {@code [ranks, inputs]}
     * @param up {@code [outputs, ranks]}
     * @param scales address of one factor for each output
     */
    record Adapter(NativeMatrix down, NativeMatrix up, long scales) {}

    private final int outputs;
    final NativeMatrix weights;
    /** Address of one bias for each packed output, or 0. */
    final long bias;

    final Optional<Adapter> adapter;

    NativeLinear(NativeMatrix weights, int outputs, long bias, Optional<Adapter> adapter) {
        this.weights = weights;
        this.outputs = outputs;
        this.bias = bias;
        this.adapter = adapter;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public int inputs() {
        return weights.inputs();
    }

    @Override
    public WeightType type() {
        return weights.type();
    }

    @Override
    public boolean isGated() {
        return weights.outputs() != outputs;
    }
}
