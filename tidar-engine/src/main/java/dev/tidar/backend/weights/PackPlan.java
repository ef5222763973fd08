package dev.tidar.backend.weights;

import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Maps the rows of a layer's sources to the rows of its packed matrix, and arranges the biases and draft adapters in
 * the same order. A packed row that no source has is zero. Immutable.
 */
public final class PackPlan {

    private final List<LinearSource> sources;
    private final int[] firstRows;
    private final int outputs;
    private final int rows;
    /** The number of consecutive packed rows from one half; 0 unless the layer is gated. */
    private final int turn;

    private PackPlan(List<LinearSource> sources, int[] firstRows, int outputs, int rows, int turn) {
        this.sources = List.copyOf(sources);
        this.firstRows = firstRows;
        this.outputs = outputs;
        this.rows = rows;
        this.turn = turn;
    }

    /** Plans the rows of one source after those of the other. */
    public static PackPlan stacked(List<LinearSource> sources) {
        int[] firstRows = new int[sources.size()];
        int rows = 0;
        for (int s = 0; s < firstRows.length; s++) {
            firstRows[s] = rows;
            rows += sources.get(s).weight().rows();
        }
        return new PackPlan(sources, firstRows, rows, rows, 0);
    }

    /**
     * Plans the rows of the gate and of the up half in alternating turns, so that one computation of a pair of turns
     * can finish their outputs.
     *
     * @param turn the number of rows of one half in a turn; divides {@code multiple}
     * @param multiple each half is rounded up to a multiple of this number of rows
     */
    public static PackPlan gated(LinearSource gate, LinearSource up, int turn, int multiple) {
        int outputs = gate.weight().rows();
        int half = (outputs + multiple - 1) / multiple * multiple;
        return new PackPlan(List.of(gate, up), new int[] {0, turn}, outputs, 2 * half, turn);
    }

    public List<LinearSource> sources() {
        return sources;
    }

    /** The width of x. */
    public int inputs() {
        return sources.get(0).weight().columns();
    }

    /** The width of y. */
    public int outputs() {
        return outputs;
    }

    /** The number of packed rows: the rows of all sources, and the padding of the halves of a gated layer. */
    public int rows() {
        return rows;
    }

    public boolean isGated() {
        return turn > 0;
    }

    /** The packed row that a row of a source is mapped to. */
    public int packed(int source, int row) {
        int own = isGated() ? row / turn * 2 * turn + row % turn : row;
        return firstRows[source] + own;
    }

    /**
     * The biases of all packed rows, zero where a source has none; empty if no source has one.
     *
     * @param length at least {@link #rows}
     */
    public Optional<float[]> bias(int length) {
        if (sources.stream().allMatch(source -> source.bias().isEmpty())) {
            return Optional.empty();
        }
        float[] bias = new float[length];
        for (int s = 0; s < sources.size(); s++) {
            int source = s;
            sources.get(s).bias().ifPresent(values -> {
                for (int row = 0; row < values.length; row++) {
                    bias[packed(source, row)] = values[row];
                }
            });
        }
        return Optional.of(bias);
    }

    /** The sum of the ranks of the draft adapters of the sources; 0 if no source has one. */
    public int ranks() {
        return sources.stream()
                .flatMap(source -> source.adapter().stream())
                .mapToInt(adapter -> adapter.a().rows())
                .sum();
    }

    /**
     * The draft adapters of the sources as one pair of products, {@code t = x · downᵀ}, {@code y += scale · (t · upᵀ)}:
     * their ranks are side by side. Empty if no source has one.
     */
    public Optional<JoinedAdapter> adapter() {
        int ranks = ranks();
        if (ranks == 0) {
            return Optional.empty();
        }
        List<AdapterPart> parts = new ArrayList<>();
        int firstRank = 0;
        for (int s = 0; s < sources.size(); s++) {
            if (sources.get(s).adapter().isPresent()) {
                LinearSource.Adapter own = sources.get(s).adapter().get();
                MatrixSource up = new WidenedRows(own.b(), ranks, firstRank);
                parts.add(new AdapterPart(s, firstRank, own.a(), up, own.scale()));
                firstRank += own.a().rows();
            }
        }
        return Optional.of(new JoinedAdapter(ranks, parts));
    }

    /**
     * The scale that the adapter of each packed row has, zero where there is none.
     *
     * @param length at least {@link #rows}
     */
    public float[] adapterScales(JoinedAdapter adapter, int length) {
        float[] scales = new float[length];
        for (AdapterPart part : adapter.parts()) {
            for (int row = 0; row < part.up().rows(); row++) {
                scales[packed(part.source(), row)] = part.scale();
            }
        }
        return scales;
    }

    /**
     * The same, each times the scale of its row of the packed second matrix.
     *
     * @param rowScales of that matrix; empty where it has none
     */
    public float[] adapterScales(JoinedAdapter adapter, int length, float[] rowScales) {
        float[] scales = adapterScales(adapter, length);
        for (int row = 0; row < rowScales.length; row++) {
            scales[row] *= rowScales[row];
        }
        return scales;
    }

    /**
     * The adapters of all sources of a layer, joined into one.
     *
     * @param ranks sum of the ranks of its parts
     */
    public record JoinedAdapter(int ranks, List<AdapterPart> parts) {

        public JoinedAdapter {
            parts = List.copyOf(parts);
        }
    }

    /**
     * The part of a joined adapter that comes from one source.
     *
     * @param source index of the source
     * @param firstRank where its ranks begin among those of all parts
     * @param down {@code [its ranks, inputs]}
     * @param up {@code [rows of the source, all ranks]}, zero outside its own ranks
     * @param scale lora_alpha / r
     */
    public record AdapterPart(int source, int firstRank, MatrixSource down, MatrixSource up, float scale) {}
}
