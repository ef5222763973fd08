package dev.tidar.backend.cpu;

import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/**
 * The adapters of a layer's sources as one pair of products: {@code t = x · downᵀ}, {@code u = t · upᵀ}, {@code y +=
 * scale · u}. Where activations are rounded for int8 weights it is packed in INT8 as these are, and down takes the
 * rounded x; its ranks stay floats. Elsewhere it is packed in F32: it is small, and it is what was trained last.
 *
 * @param down {@code [ranks, inputs]}
 * @param up {@code [outputs, ranks]}, outputs in the order of the layer's panels
 * @param scales one for each output, {@code [panels * 32]}, with the row scales of up in them
 */
record CpuAdapter(PackedMatrix down, PackedMatrix up, float[] scales) {

    static Optional<CpuAdapter> of(PackPlan plan, WeightType type) {
        return plan.adapter().map(joined -> of(plan, joined, type));
    }

    private static CpuAdapter of(PackPlan plan, PackPlan.JoinedAdapter joined, WeightType type) {
        PackedMatrix down = PackedMatrix.zeros(type, joined.ranks(), plan.inputs());
        PackedMatrix up = PackedMatrix.zeros(type, plan.rows(), joined.ranks());
        PackedMatrix.RowWriter toDown = down.writer();
        PackedMatrix.RowWriter toUp = up.writer();
        for (PackPlan.AdapterPart part : joined.parts()) {
            for (int rank = 0; rank < part.down().rows(); rank++) {
                toDown.write(part.firstRank() + rank, part.down(), rank);
            }
            for (int row = 0; row < part.up().rows(); row++) {
                toUp.write(plan.packed(part.source(), row), part.up(), row);
            }
        }
        int padded = up.panels * PackedMatrix.PANEL;
        return new CpuAdapter(down, up, plan.adapterScales(joined, padded, up.rowScales()));
    }
}
