package dev.tidar.backend.cpu;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.weights.PackPlan;
import dev.tidar.backend.weights.WeightChoice;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/** Packs layers at load. Immutable. */
public final class MatrixPacker {

    private final WeightChoice choice;
    private final boolean roundsActivations;

    /** @param activations whether int8 weights, and draft adapters on them, are multiplied by rounded rows */
    public MatrixPacker(WeightFormat format, Activations activations) {
        this.choice = new WeightChoice(format, WeightType.F32);
        this.roundsActivations = activations == Activations.INT8;
    }

    /** Packs layers side by side, their outputs in list order. */
    public CpuLinear stacked(List<LinearSource> sources) {
        return pack(PackPlan.stacked(sources));
    }

    /**
     * Packs a gated layer: the panels of the gate and of the up half alternate, so that a worker with a pair of panels
     * can finish their outputs.
     */
    public CpuLinear gated(LinearSource gate, LinearSource up) {
        return pack(gatedPlan(gate, up));
    }

    /** The rows of a gated layer as {@link #gated} packs them. */
    public static PackPlan gatedPlan(LinearSource gate, LinearSource up) {
        return PackPlan.gated(gate, up, PackedMatrix.PANEL, PackedMatrix.PANEL);
    }

    /** The type that the sources are packed in. */
    public WeightType type(List<LinearSource> sources) {
        return choice.of(sources);
    }

    /** The bytes that the weights, scales and biases of a layer take. */
    public long weightBytes(PackPlan plan, HeapArrays arrays) {
        boolean biased =
                plan.sources().stream().anyMatch(source -> source.bias().isPresent());
        return PackedMatrix.heapBytes(type(plan.sources()), plan.rows(), plan.inputs(), arrays)
                + (biased ? arrays.floats(PackedMatrix.padded(plan.rows())) : 0);
    }

    /** The bytes that the draft adapter of a layer takes, packed; 0 where it has none. */
    public long adapterBytes(PackPlan plan, HeapArrays arrays) {
        int ranks = plan.ranks();
        if (ranks == 0) {
            return 0;
        }
        WeightType type = adapterType(type(plan.sources()));
        return PackedMatrix.heapBytes(type, ranks, plan.inputs(), arrays)
                + PackedMatrix.heapBytes(type, plan.rows(), ranks, arrays)
                + arrays.floats(PackedMatrix.padded(plan.rows()));
    }

    private WeightType adapterType(WeightType weights) {
        return roundsActivations && weights == WeightType.INT8 ? WeightType.INT8 : WeightType.F32;
    }

    private CpuLinear pack(PackPlan plan) {
        WeightType type = choice.of(plan.sources());
        PackedMatrix packed = PackedMatrix.zeros(type, plan.rows(), plan.inputs());
        PackedMatrix.RowWriter writer = packed.writer();
        for (int source = 0; source < plan.sources().size(); source++) {
            LinearSource own = plan.sources().get(source);
            for (int row = 0; row < own.weight().rows(); row++) {
                writer.write(plan.packed(source, row), own.weight(), row);
            }
        }
        float[] bias = plan.bias(packed.panels * PackedMatrix.PANEL).orElse(new float[0]);
        return new CpuLinear(packed, plan.outputs(), bias, CpuAdapter.of(plan, adapterType(type)));
    }
}
