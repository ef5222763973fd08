package dev.tidar.backend.jni;

import dev.tidar.tensor.Linear;
import dev.tidar.tensor.WeightType;
import java.util.List;
import java.util.Optional;

/** A packed layer. Immutable. */
public final class NativeLinear implements Linear {

    /**
     * The draft adapters of a layer's sources, see {@code CpuAdapter}. Where the outputs of each panel come from one
     * source and all sources have the same rank, a panel is multiplied by the ranks of its source alone. Otherwise the
     * ranks stand side by side, as of one source, with zeros for those of others.
     *
     * @param downs one for each source, {@code [rank, inputs]}
     * @param sources address of the index of each panel's source; 0 where there is one source
     * @param up {@code [outputs, rank]}
     * @param scales address of one factor for each output, with the row scales of up in it
     */
    record Adapter(List<NativeMatrix> downs, long sources, NativeMatrix up, long scales) {

        int rank() {
            return up.inputs();
        }
    }

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
