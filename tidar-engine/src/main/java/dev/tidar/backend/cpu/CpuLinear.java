package dev.tidar.backend.cpu;

import dev.tidar.tensor.Linear;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/** A packed layer. Immutable. */
public final class CpuLinear implements Linear {

    private final int outputs;
    final PackedMatrix weights;
    /** One bias for each packed output, {@code [panels * 32]}, or empty. */
    final float[] bias;

    final Optional<CpuAdapter> adapter;

    CpuLinear(PackedMatrix weights, int outputs, float[] bias, Optional<CpuAdapter> adapter) {
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
        return weights.inputs;
    }

    @Override
    public WeightType type() {
        return weights.type();
    }

    /** A gated pair has its panels interleaved, two for each 32 outputs. */
    @Override
    public boolean isGated() {
        return weights.outputs != outputs;
    }
}
