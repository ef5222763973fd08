package dev.tidar.backend.jni;

import dev.tidar.backend.weights.PackPlan;
import dev.tidar.backend.weights.PackPlan.AdapterPart;
import dev.tidar.backend.weights.PackPlan.JoinedAdapter;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import dev.tidar.tensor.WeightType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the draft adapters of a layer are packed, see {@link NativeLinear.Adapter}. The products with zeros that are left
 * out where the sources stay apart would have changed no bit.
 *
 * @param type INT8 where activations are rounded for the layer's weights; else the type as which it ships: bfloat16
 *     where all of it is stored so, and otherwise float
 * @param plan of the layer
 * @param joined the adapters of all its sources
 * @param sources the source of each panel; empty where they stand side by side as one
 */
record AdapterPlan(WeightType type, PackPlan plan, JoinedAdapter joined, int[] sources) {

    /** @param rounds whether activations are rounded for the layer's weights */
    static Optional<AdapterPlan> of(PackPlan plan, boolean rounds) {
        return plan.adapter()
                .map(joined -> new AdapterPlan(
                        rounds ? WeightType.INT8 : shipped(joined), plan, joined, sources(plan, joined)));
    }

    private boolean isApart() {
        return sources.length > 0;
    }

    /** The ranks of each source. */
    int rank() {
        return isApart() ? joined.parts().get(0).down().rows() : joined.ranks();
    }

    /** The number of {@link #downs}. */
    int numDowns() {
        return isApart() ? joined.parts().size() : 1;
    }

    /** The rows of one matrix for each source. */
    List<List<Optional<SourceRow>>> downs() {
        return isApart()
                ? joined.parts().stream().map(part -> rows(List.of(part))).toList()
                : List.of(rows(joined.parts()));
    }

    /** The rows of the one matrix of all. */
    List<Optional<SourceRow>> up() {
        List<Optional<SourceRow>> up = SourceRow.none(plan.rows());
        for (AdapterPart part : joined.parts()) {
            LinearSource.Adapter own =
                    plan.sources().get(part.source()).adapter().orElseThrow();
            put(up, part, isApart() ? own.b() : part.up());
        }
        return up;
    }

    /** The part that each panel takes its ranks from; empty where they must be joined, or there is one part. */
    private static int[] sources(PackPlan plan, JoinedAdapter joined) {
        List<AdapterPart> parts = joined.parts();
        int rank = parts.get(0).down().rows();
        if (parts.size() == 1 || parts.stream().anyMatch(part -> part.down().rows() != rank)) {
            return new int[0];
        }
        OptionalInt[] sources = new OptionalInt[NativeMatrix.numPanels(plan.rows())];
        Arrays.fill(sources, OptionalInt.empty());
        for (int i = 0; i < parts.size(); i++) {
            for (int row = 0; row < parts.get(i).up().rows(); row++) {
                int panel = plan.packed(parts.get(i).source(), row) / NativeMatrix.PANEL;
                if (sources[panel].orElse(i) != i) {
                    return new int[0];
                }
                sources[panel] = OptionalInt.of(i);
            }
        }
        return Arrays.stream(sources).mapToInt(source -> source.orElse(0)).toArray();
    }

    private void put(List<Optional<SourceRow>> up, AdapterPart part, MatrixSource matrix) {
        for (int row = 0; row < matrix.rows(); row++) {
            up.set(plan.packed(part.source(), row), Optional.of(new SourceRow(matrix, row)));
        }
    }

    private static List<Optional<SourceRow>> rows(List<AdapterPart> parts) {
        List<Optional<SourceRow>> rows = SourceRow.none(
                parts.stream().mapToInt(part -> part.down().rows()).sum());
        int at = 0;
        for (AdapterPart part : parts) {
            for (int rank = 0; rank < part.down().rows(); rank++) {
                rows.set(at++, Optional.of(new SourceRow(part.down(), rank)));
            }
        }
        return rows;
    }

    private static WeightType shipped(JoinedAdapter adapter) {
        boolean bf16 = adapter.parts().stream()
                .allMatch(part -> part.down().dtype() == DType.BF16 && part.up().dtype() == DType.BF16);
        return bf16 ? WeightType.BF16 : WeightType.F32;
    }
}
