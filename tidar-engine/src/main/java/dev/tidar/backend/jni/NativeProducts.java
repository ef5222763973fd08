package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.step.RowCounts;
import java.util.Arrays;
import java.util.List;

/**
 * Products of rows with packed layers. The items of a job are runs of panels, which the worker that takes one computes
 * and finishes for all rows. Confined to the engine thread.
 */
public final class NativeProducts {

    /** The runs that a thread's share of the panels that are left is divided into. */
    private static final int RUNS_OF_A_SHARE = 2;

    /** The runs that there is room for at first. */
    private static final int INITIAL_RUNS = 32;

    /** Rows that one item rounds to int8; fewer are not worth a hand-over. */
    private static final int ROUNDED_ROWS = 16;

    private final WorkerPool pool;
    private final NativeScratch rounded;
    private final NativeScratch ranks;
    private final NativeScratch.OfWorkers sums;

    public NativeProducts(NativeMemory memory, WorkerPool pool) {
        this.pool = pool;
        this.rounded = new NativeScratch(memory);
        this.ranks = new NativeScratch(memory);
        this.sums = new NativeScratch.OfWorkers(memory, pool.threads());
    }

    /**
     * The bytes of scratch at its largest.
     *
     * @param rows rows of the widest step
     * @param elements elements of the largest tensor
     */
    public static long scratchBytes(int rows, long elements, int threads) {
        int columns = Math.toIntExact((elements + rows - 1) / rows);
        long largest = rows * NativeKernels.quantizedBytes(columns)
                + elements * Float.BYTES
                + threads * NativeKernels.productScratch(rows, 1);
        return largest + largest / 2; // as scratch grows
    }

    /** {@code y = x · wᵀ}. */
    public void linear(NativeTensor y, NativeTensor x, NativeLinear w, RowCounts rows) {
        multiply(NativeKernels.STORE, y.row(0), x.row(0), w, rows);
    }

    /** {@code y += x · wᵀ}. */
    public void linearAdd(NativeTensor y, NativeTensor x, NativeLinear w, RowCounts rows) {
        multiply(NativeKernels.ADD, y.row(0), x.row(0), w, rows);
    }

    /** {@code y = silu(x · gateᵀ) * (x · upᵀ)}; panels of w come in pairs. */
    public void swiGlu(NativeTensor y, NativeTensor x, NativeLinear w, RowCounts rows) {
        multiply(NativeKernels.SWIGLU, y.row(0), x.row(0), w, rows);
    }

    /** {@code y = x · wᵀ} at addresses; y {@code [rows, outputs]}, x {@code [rows, inputs]}. */
    void linear(long y, long x, NativeLinear w, int rows) {
        multiply(NativeKernels.STORE, y, x, w, new RowCounts(rows, 0));
    }

    private void multiply(int mode, long y, long x, NativeLinear w, RowCounts rows) {
        if (rows.total() == 0) {
            return;
        }
        long inputs = w.weights.kind() == NativeKernels.INT8_BY_INT8 ? round(x, w.inputs(), rows.total()) : x;
        Target target = new Target(mode, y, w.outputs());
        run(target, inputs, rows.total(), w.weights, w.bias, ranks(inputs, w, rows));
    }

    /** What a product does with its results. */
    private record Target(int mode, long y, int outputs) {}

    /**
     * The ranks {@code x · downᵀ} of the drafting rows, and what they are multiplied by.
     *
     * @param address {@code [sources, drafting, rank]}
     * @param sources see {@link NativeLinear.Adapter}
     */
    private record Ranks(int drafting, long address, long sources, int rank, NativeMatrix up, long scales) {

        /** @param any a matrix, as there is no other */
        static Ranks none(NativeMatrix any) {
            return new Ranks(0, 0, 0, 0, any, 0);
        }
    }

    /**
     * Computes the ranks of the drafting rows; without an adapter, or drafting rows, no ranks of none.
     *
     * @param x the rows that the weights are multiplied by, rounded or not
     */
    private Ranks ranks(long x, NativeLinear w, RowCounts rows) {
        if (rows.drafting() == 0 || w.adapter.isEmpty()) {
            return Ranks.none(w.weights);
        }
        NativeLinear.Adapter adapter = w.adapter.get();
        long drafting = x + rows.exact() * rowBytes(w.weights);
        long ofOne = (long) rows.drafting() * adapter.rank() * Float.BYTES;
        long address = ranks.atLeast(adapter.downs().size() * ofOne);
        List<NativeMatrix> downs = adapter.downs(); // of one shape
        int panels = downs.get(0).numPanels();
        long[] scratch = sums.atLeast(NativeKernels.productScratch(rows.drafting(), 1));
        pool.run(downs.size() * panels, (item, worker) -> {
            NativeMatrix down = downs.get(item / panels);
            Target target = new Target(NativeKernels.STORE, address + item / panels * ofOne, adapter.rank());
            product(target, drafting, rows.drafting(), down, 0, Ranks.none(down), item % panels, 1, scratch[worker]);
        });
        return new Ranks(rows.drafting(), address, adapter.sources(), adapter.rank(), adapter.up(), adapter.scales());
    }

    /** The bytes from one row that a matrix is multiplied by to the next. */
    private static long rowBytes(NativeMatrix w) {
        return w.kind() == NativeKernels.INT8_BY_INT8
                ? NativeKernels.quantizedBytes(w.inputs())
                : (long) w.inputs() * Float.BYTES;
    }

    private long round(long x, int inputs, int rows) {
        long rowBytes = NativeKernels.quantizedBytes(inputs);
        long q = rounded.atLeast(rows * rowBytes);
        if (rows <= ROUNDED_ROWS) {
            NativeKernels.quantize(q, x, inputs, rows);
            return q;
        }
        pool.run((rows + ROUNDED_ROWS - 1) / ROUNDED_ROWS, (item, worker) -> {
            int first = item * ROUNDED_ROWS;
            NativeKernels.quantize(
                    q + first * rowBytes,
                    x + (long) first * inputs * Float.BYTES,
                    inputs,
                    Math.min(ROUNDED_ROWS, rows - first));
        });
        return q;
    }

    private void run(Target target, long x, int rows, NativeMatrix w, long bias, Ranks ranks) {
        int[] firsts = runs(w.numPanels(), target.mode() == NativeKernels.SWIGLU);
        long[] scratch = sums.atLeast(NativeKernels.productScratch(rows, w.numPanels()));
        pool.run(firsts.length - 1, (item, worker) -> {
            int panel = firsts[item];
            product(target, x, rows, w, bias, ranks, panel, firsts[item + 1] - panel, scratch[worker]);
        });
    }

    private static void product(
            Target target,
            long x,
            int rows,
            NativeMatrix w,
            long bias,
            Ranks ranks,
            int panel,
            int count,
            long scratch) {
        NativeKernels.product(
                target.mode(),
                target.y(),
                target.outputs(),
                x,
                rows,
                w.inputs(),
                w.kind(),
                w.panels(),
                w.scales(),
                bias,
                ranks.drafting(),
                ranks.address(),
                ranks.sources(),
                ranks.rank(),
                ranks.up().kind(),
                ranks.up().panels(),
                ranks.scales(),
                panel,
                count,
                scratch);
    }

    /**
     * The first panel of each run, and the panel after the last: always a share of what is left, so that runs are long
     * at first, where memory is read ahead, and short in the end, where the threads finish together.
     */
    private int[] runs(int panels, boolean pairs) {
        int step = pairs ? 2 : 1;
        int[] firsts = new int[INITIAL_RUNS];
        int count = 0;
        for (int panel = 0; panel < panels; panel += runLength(panels - panel, step)) {
            if (count + 1 == firsts.length) {
                firsts = Arrays.copyOf(firsts, 2 * count);
            }
            firsts[count++] = panel;
        }
        firsts[count] = panels;
        return Arrays.copyOf(firsts, count + 1);
    }

    private int runLength(int left, int step) {
        return Math.max(1, left / (RUNS_OF_A_SHARE * pool.threads() * step)) * step;
    }
}
