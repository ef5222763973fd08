package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.PackedMatrix.PANEL;

import dev.tidar.api.Activations;
import dev.tidar.step.RowCounts;
import dev.tidar.tensor.WeightType;
import java.util.Arrays;

/**
 * Products of rows with packed layers. The items of a job are runs of panels. The worker that takes one computes it for
 * all rows, so the weights are read once, and then finishes it: it applies the scale, the bias, the adapter, and what
 * the verb does with the result.
 */
public final class Products {

    /** What a verb does with the finished outputs of some panels. */
    @FunctionalInterface
    private interface Sink {

        /** @param sums {@code [panels, rows, 32]} */
        void take(float[] sums, int panel, int panels);
    }

    /**
     * Up to this number of tiles widen their weights on the fly; more tiles share weights that are widened once, a
     * stretch at a time.
     */
    private static final int DIRECT_TILES = 2;

    /**
     * The number of panels that a single row computes side by side, because each step of a chain waits for the one
     * before.
     */
    private static final int PANELS_OF_ONE_ROW = 4;

    private final KernelSet kernels;
    private final boolean roundsActivations;
    private final WorkerPool pool;
    private final Workspace workspace;

    /** @param activations INT8 rounds the rows that int8 weights are multiplied by, see {@link Int8Activations} */
    public Products(KernelChoice choice, Activations activations, WorkerPool pool, Workspace workspace) {
        this.kernels = choice.kernels();
        this.roundsActivations = activations == Activations.INT8;
        this.pool = pool;
        this.workspace = workspace;
    }

    /** {@code y = x · wᵀ}. */
    public void linear(CpuTensor y, CpuTensor x, CpuLinear w, RowCounts rows) {
        linear(y.values, x.values, w, rows);
    }

    /** {@code y = x · wᵀ}; y {@code [rows, outputs]}. */
    void linear(float[] y, float[] x, CpuLinear w, RowCounts rows) {
        multiply(x, w, rows, (sums, panel, panels) -> {
            for (int i = 0; i < panels * rows.total(); i++) {
                int column = (panel + i / rows.total()) * PANEL;
                int width = Math.min(PANEL, w.outputs() - column);
                System.arraycopy(sums, i * PANEL, y, i % rows.total() * w.outputs() + column, width);
            }
        });
    }

    /** {@code y += x · wᵀ}. */
    public void linearAdd(CpuTensor y, CpuTensor x, CpuLinear w, RowCounts rows) {
        multiply(x.values, w, rows, (sums, panel, panels) -> {
            for (int i = 0; i < panels * rows.total(); i++) {
                int column = (panel + i / rows.total()) * PANEL;
                int width = Math.min(PANEL, w.outputs() - column);
                int to = i % rows.total() * w.outputs() + column;
                for (int n = 0; n < width; n++) {
                    y.values[to + n] += sums[i * PANEL + n];
                }
            }
        });
    }

    /** {@code y = silu(x · gateᵀ) * (x · upᵀ)}; panels of w come in pairs. */
    public void swiGlu(CpuTensor y, CpuTensor x, CpuLinear w, RowCounts rows) {
        int stride = rows.total() * PANEL;
        multiply(x.values, w, rows, (sums, panel, panels) -> {
            for (int p = 0; p < panels; p += 2) {
                int column = (panel + p) / 2 * PANEL;
                int width = Math.min(PANEL, w.outputs() - column);
                for (int r = 0; r < rows.total(); r++) {
                    int gate = p * stride + r * PANEL;
                    kernels.swiGlu(sums, gate, sums, gate + stride);
                    System.arraycopy(sums, gate, y.values, r * w.outputs() + column, width);
                }
            }
        });
    }

    private void multiply(float[] x, CpuLinear w, RowCounts rows, Sink sink) {
        if (rows.total() == 0) {
            return;
        }
        boolean rounds = roundsActivations && w.type() == WeightType.INT8;
        boolean adapts = rows.drafting() > 0 && w.adapter.isPresent();
        if (adapts) {
            rankRows(x, w.adapter.get().down(), rows, rounds);
        }
        RowTiles inputs = workspace.inputs;
        if (rounds) {
            inputs.loadRounded(x, 0, rows.total(), w.inputs(), kernels.tileRows());
        } else {
            inputs.load(x, 0, rows.total(), w.inputs(), kernels.tileRows());
        }
        int run = rows.total() == 1 ? PANELS_OF_ONE_ROW : w.isGated() ? 2 : 1;
        int all = w.weights.panels;
        pool.run((all + run - 1) / run, (item, worker) -> {
            Workspace.Part part = workspace.part(worker);
            int panel = item * run;
            int panels = Math.min(run, all - panel);
            if (rounds) {
                roundedSums(part, w.weights, panel, panels, inputs);
            } else {
                sums(part.sums, part, w.weights, panel, panels, inputs);
            }
            finish(part.sums, w, panel, panels, rows.total());
            if (adapts) {
                adapt(part, w.adapter.get(), panel, panels, rows);
            }
            sink.take(part.sums, panel, panels);
        });
    }

    /** Leaves {@code t = x · downᵀ} of the drafting rows as tiles in the workspace. */
    private void rankRows(float[] x, PackedMatrix down, RowCounts rows, boolean rounds) {
        int drafting = rows.drafting();
        RowTiles tiles = workspace.adapterInputs;
        workspace.reserveRanks(drafting * down.outputs);
        if (rounds) {
            tiles.loadRounded(x, rows.exact(), drafting, down.inputs, kernels.tileRows());
        } else {
            tiles.load(x, rows.exact(), drafting, down.inputs, kernels.tileRows());
        }
        pool.run(down.panels, (panel, worker) -> {
            Workspace.Part part = workspace.part(worker);
            if (rounds) {
                roundedSums(part, down, panel, 1, tiles);
            } else {
                sums(part.sums, part, down, panel, 1, tiles);
            }
            scale(part.sums, down.rowScales(), panel, 1, drafting);
            int width = Math.min(PANEL, down.outputs - panel * PANEL);
            for (int r = 0; r < drafting; r++) {
                System.arraycopy(part.sums, r * PANEL, workspace.ranks, r * down.outputs + panel * PANEL, width);
            }
        });
        tiles.load(workspace.ranks, 0, drafting, down.outputs, kernels.tileRows());
    }

    /**
     * Computes the chains of some panels for all rows, {@code sums[panels][rows][32]}.
     *
     * @param panels 1 to 4; four start at a multiple of four, so that one part holds them
     */
    private void sums(float[] sums, Workspace.Part part, PackedMatrix w, int panel, int panels, RowTiles x) {
        if (x.rows() == 1 && panels == PANELS_OF_ONE_ROW) {
            w.fourPanels(kernels, sums, panel, x.values());
            return;
        }
        Arrays.fill(sums, 0, panels * x.rows() * PANEL, 0);
        for (int p = 0; p < panels; p++) {
            if (x.tiles() <= DIRECT_TILES) {
                for (int tile = 0; tile < x.tiles(); tile++) {
                    int first = x.firstRow(tile);
                    int to = (p * x.rows() + first) * PANEL;
                    w.tile(kernels, x.firstRow(tile + 1) - first, sums, to, x.values(), x.offset(tile, 0), panel + p);
                }
                continue;
            }
            for (int k = 0; k < w.inputs; k += Workspace.WIDE_INPUTS) {
                stretch(sums, p * x.rows() * PANEL, part.wide, w, panel + p, k, x);
            }
        }
    }

    /** Continues the chains of one panel over the next inputs, whose weights are widened once for all tiles. */
    private void stretch(float[] sums, int sumsFrom, float[] wide, PackedMatrix w, int panel, int k, RowTiles x) {
        int count = Math.min(Workspace.WIDE_INPUTS, w.inputs - k);
        float[] weights = w.floats(kernels, wide, panel, k, count);
        int at = w.floatsFrom(panel, k);
        for (int tile = 0; tile < x.tiles(); tile++) {
            int first = x.firstRow(tile);
            int rows = x.firstRow(tile + 1) - first;
            kernels.tile(rows, sums, sumsFrom + first * PANEL, x.values(), x.offset(tile, k), weights, at, count);
        }
    }

    /**
     * Computes the chains over groups of some panels for all rows, {@code part.sums[panels][rows][32]}. Sums of a group
     * are integers, which float holds exactly, so the kernels of float compute them.
     */
    private void roundedSums(Workspace.Part part, PackedMatrix w, int panel, int panels, RowTiles x) {
        Arrays.fill(part.sums, 0, panels * x.rows() * PANEL, 0);
        for (int p = 0; p < panels; p++) {
            for (int group = 0; group < Int8Activations.groups(w.inputs); group++) {
                int k = group * Int8Activations.GROUP;
                int count = Math.min(Int8Activations.GROUP, w.inputs - k);
                float[] weights = w.floats(kernels, part.wide, panel + p, k, count);
                for (int tile = 0; tile < x.tiles(); tile++) {
                    int first = x.firstRow(tile);
                    int rows = x.firstRow(tile + 1) - first;
                    Arrays.fill(part.groupSums, 0, rows * PANEL, 0);
                    int from = w.floatsFrom(panel + p, k);
                    kernels.tile(rows, part.groupSums, 0, x.values(), x.offset(tile, k), weights, from, count);
                    for (int r = 0; r < rows; r++) {
                        int to = (p * x.rows() + first + r) * PANEL;
                        scaleAndAdd(part.sums, to, part.groupSums, r * PANEL, x.scale(first + r, group));
                    }
                }
            }
        }
    }

    private static void scaleAndAdd(float[] sums, int to, float[] groupSums, int from, float scale) {
        for (int n = 0; n < PANEL; n++) {
            sums[to + n] = Math.fma(groupSums[from + n], scale, sums[to + n]);
        }
    }

    /** Multiplies by the scales of the rows, then adds the bias. */
    private static void finish(float[] sums, CpuLinear w, int panel, int panels, int rows) {
        scale(sums, w.weights.rowScales(), panel, panels, rows);
        float[] bias = w.bias;
        for (int i = 0; i < panels * rows && bias.length > 0; i++) {
            int column = (panel + i / rows) * PANEL;
            for (int n = 0; n < PANEL; n++) {
                sums[i * PANEL + n] += bias[column + n];
            }
        }
    }

    /** Multiplies by one factor for each output, if there are any. */
    private static void scale(float[] sums, float[] scales, int panel, int panels, int rows) {
        for (int i = 0; i < panels * rows && scales.length > 0; i++) {
            int column = (panel + i / rows) * PANEL;
            for (int n = 0; n < PANEL; n++) {
                sums[i * PANEL + n] *= scales[column + n];
            }
        }
    }

    private void adapt(Workspace.Part part, CpuAdapter adapter, int panel, int panels, RowCounts rows) {
        sums(part.adapterSums, part, adapter.up(), panel, panels, workspace.adapterInputs);
        int drafting = rows.drafting();
        for (int p = 0; p < panels; p++) {
            int column = (panel + p) * PANEL;
            for (int r = 0; r < drafting; r++) {
                int from = (p * drafting + r) * PANEL;
                int to = (p * rows.total() + rows.exact() + r) * PANEL;
                for (int n = 0; n < PANEL; n++) {
                    part.sums[to + n] += part.adapterSums[from + n] * adapter.scales()[column + n];
                }
            }
        }
    }
}
