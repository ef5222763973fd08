package dev.tidar.backend.cpu;

import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/**
 * The adapters of a layer's sources as one pair of products: {@code t = x · downᵀ}, {@code u = t · upᵀ}, {@code y +=
 * scale · u}. It is packed in F32 whatever the weights are: it is small, and it is what was trained last.
 *
 * @param down {@code [ranks, inputs]}
 * @param up {@code [outputs, ranks]}, outputs in the order of the layer's panels
 * @param scales one for each output, {@code [panels * 32]}
 */
record CpuAdapter(PackedMatrix down, PackedMatrix up, float[] scales) {

    static Optional<CpuAdapter> of(PackPlan plan) {
        return plan.adapter().map(joined -> of(plan, joined));
    }

    private static CpuAdapter of(PackPlan plan, PackPlan.JoinedAdapter joined) {
        PackedMatrix down = PackedMatrix.zeros(WeightType.F32, joined.ranks(), plan.inputs());
        PackedMatrix up = PackedMatrix.zeros(WeightType.F32, plan.rows(), joined.ranks());
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
        return new CpuAdapter(down, up, plan.adapterScales(joined, up.panels * PackedMatrix.PANEL));
    }
}
