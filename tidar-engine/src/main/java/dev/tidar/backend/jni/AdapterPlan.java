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
 * @param rank the ranks of each source
 * @param downs the rows of one matrix for each source
 * @param up the rows of the one matrix of all
 * @param sources the source of each panel; empty where there is one
 */
record AdapterPlan(
        WeightType type, int rank, List<List<Optional<SourceRow>>> downs, List<Optional<SourceRow>> up, int[] sources) {

    /** @param rounds whether activations are rounded for the layer's weights */
    static Optional<AdapterPlan> of(PackPlan plan, boolean rounds) {
        return plan.adapter().map(joined -> {
            WeightType type = rounds ? WeightType.INT8 : shipped(joined);
            int[] sources = sources(plan, joined);
            return sources.length > 0 ? apart(type, plan, joined, sources) : joined(type, plan, joined);
        });
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

    private static AdapterPlan apart(WeightType type, PackPlan plan, JoinedAdapter joined, int[] sources) {
        List<Optional<SourceRow>> up = SourceRow.none(plan.rows());
        for (AdapterPart part : joined.parts()) {
            LinearSource.Adapter own =
                    plan.sources().get(part.source()).adapter().orElseThrow();
            put(plan, up, part, own.b());
        }
        List<List<Optional<SourceRow>>> downs =
                joined.parts().stream().map(part -> rows(List.of(part))).toList();
        return new AdapterPlan(type, joined.parts().get(0).down().rows(), downs, up, sources);
    }

    private static AdapterPlan joined(WeightType type, PackPlan plan, JoinedAdapter joined) {
        List<Optional<SourceRow>> up = SourceRow.none(plan.rows());
        joined.parts().forEach(part -> put(plan, up, part, part.up()));
        return new AdapterPlan(type, joined.ranks(), List.of(rows(joined.parts())), up, new int[0]);
    }

    private static void put(PackPlan plan, List<Optional<SourceRow>> up, AdapterPart part, MatrixSource matrix) {
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
