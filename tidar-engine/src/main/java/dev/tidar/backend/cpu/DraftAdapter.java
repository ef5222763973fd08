package dev.tidar.backend.cpu;

import dev.tidar.backend.cpu.MatrixPacker.RowOrigin;
import dev.tidar.backend.cpu.MatrixPacker.RowWriter;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import java.util.List;
import java.util.Optional;

/**
 * The adapters of a layer's sources as one pair of products: {@code t = x · downᵀ}, {@code u = t · upᵀ}, {@code y +=
 * scale · u}. Ranks of the sources lie side by side in {@code down}; {@code up} is zero where an output belongs to
 * another source. Held in F32 whatever the weights are: it is small, and it is what was trained last.
 *
 * @param down {@code [ranks, inputs]}
 * @param up {@code [outputs, ranks]}, outputs in the order of the layer's panels
 * @param scales one for each output, {@code [panels * 32]}
 */
record DraftAdapter(PackedMatrix down, PackedMatrix up, float[] scales) {

    static Optional<DraftAdapter> join(List<LinearSource> sources, RowOrigin[] rows, int inputs) {
        int[] firstRank = new int[sources.size()];
        int ranks = 0;
        for (int s = 0; s < firstRank.length; s++) {
            firstRank[s] = ranks;
            ranks += sources.get(s).adapter().map(a -> a.a().rows()).orElse(0);
        }
        if (ranks == 0) {
            return Optional.empty();
        }
        PackedMatrix down = new PackedMatrix(ranks, inputs, DType.F32);
        RowWriter toDown = new RowWriter(down);
        for (int s = 0; s < firstRank.length; s++) {
            if (sources.get(s).adapter().isPresent()) {
                LinearSource.Adapter adapter = sources.get(s).adapter().get();
                for (int r = 0; r < adapter.a().rows(); r++) {
                    toDown.write(firstRank[s] + r, adapter.a(), r);
                }
            }
        }
        PackedMatrix up = new PackedMatrix(rows.length, ranks, DType.F32);
        float[] scales = new float[MatrixPacker.paddedOutputs(rows)];
        RowWriter toUp = new RowWriter(up);
        for (int row = 0; row < rows.length; row++) {
            RowOrigin origin = rows[row];
            if (origin == RowOrigin.ZERO
                    || sources.get(origin.source()).adapter().isEmpty()) {
                continue;
            }
            LinearSource.Adapter adapter =
                    sources.get(origin.source()).adapter().get();
            float[] own = new float[adapter.b().columns()];
            adapter.b().readRow(origin.row(), own);
            float[] wide = new float[ranks];
            System.arraycopy(own, 0, wide, firstRank[origin.source()], own.length);
            toUp.write(row, wide);
            scales[row] = adapter.scale();
        }
        return Optional.of(new DraftAdapter(down, up, scales));
    }
}
