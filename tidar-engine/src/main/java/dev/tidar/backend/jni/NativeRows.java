package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import java.util.Optional;

/** Verbs that treat each row by itself: look-up, norms, rotation. Confined to the engine thread. */
public final class NativeRows {

    /** The number of rows of one item, which is enough work to be worth a hand-over. */
    private static final int ROWS = 8;

    private final WorkerPool pool;
    private final NativeStep step;

    NativeRows(WorkerPool pool, NativeStep step) {
        this.pool = pool;
        this.step = step;
    }

    /** {@code y[r] = table[token(r)] * factor}. */
    public void embed(NativeTensor y, NativeLinear table, float factor, StepRows rows) {
        NativeMatrix w = table.weights;
        for (int r = 0; r < rows.counts().total(); r++) {
            NativeKernels.readRow(y.row(r), w.kind(), w.panels(), w.scales(), w.inputs(), rows.token(r), factor);
        }
    }

    /** RMSNorm; y may be x. */
    public void rmsNorm(NativeTensor y, NativeTensor x, NativeGain gain, float epsilon, int rows) {
        eachRun(
                rows,
                (first, count) ->
                        NativeKernels.rmsNorm(y.row(first), x.row(first), gain.address(), epsilon, x.columns(), count));
    }

    /** {@code y[row] = beta · y[row] + (1 - beta) · x[row]}. */
    public void mix(NativeTensor y, NativeTensor x, int row, float beta) {
        NativeKernels.mix(y.row(row), x.row(row), x.columns(), beta);
    }

    /** {@code y[to] = x[from]}. */
    public void copyRow(NativeTensor y, int to, NativeTensor x, int from) {
        NativeKernels.copy(y.row(to), x.row(from), (long) x.columns() * Float.BYTES);
    }

    /**
     * Normalises and rotates queries and keys in place, scales queries, then stores keys and values of the exact rows.
     */
    public void rotateAndStore(
            NativeTensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            NativeRotaryTable rope,
            NativeKv kv,
            int layer,
            StepRows rows) {
        step.load(rows, kv.geometry().blockTokens());
        long queryGain = norms.map(n -> ((NativeGain) n.query()).address()).orElse(0L);
        long keyGain = norms.map(n -> ((NativeGain) n.key()).address()).orElse(0L);
        float epsilon = norms.map(HeadNorms::epsilon).orElse(0f);
        eachRun(
                rows.counts().total(),
                (first, count) -> NativeKernels.rotateAndStore(
                        qkv.row(0),
                        first,
                        count,
                        rows.counts().exact(),
                        heads.numHeads(),
                        heads.numKvHeads(),
                        heads.headDim(),
                        queryGain,
                        keyGain,
                        epsilon,
                        rope.cosines(),
                        rope.sines(),
                        rope.queryScales(),
                        step.positions(),
                        step.blocks(),
                        kv.address(),
                        kv.kind(),
                        kv.geometry().blockTokens(),
                        NativeKv.blockBytes(kv.geometry()),
                        layer));
    }

    private interface RunOfRows {
        void accept(int first, int count);
    }

    private void eachRun(int rows, RunOfRows action) {
        if (rows <= ROWS) {
            action.accept(0, rows);
            return;
        }
        pool.run(
                (rows + ROWS - 1) / ROWS,
                (item, worker) -> action.accept(item * ROWS, Math.min(ROWS, rows - item * ROWS)));
    }
}
