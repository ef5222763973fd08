package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.CpuKv.KEY_TILE;

import dev.tidar.step.StepRows;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Verbs that treat each row by itself: look-up, norms, rotation. */
public final class RowOperations {

    /** The number of rows of one item, which is enough work to be worth a hand-over. */
    private static final int ROWS = 8;

    private final WorkerPool pool;

    public RowOperations(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code y[r] = table[token(r)] * factor}. */
    public void embed(CpuTensor y, CpuLinear table, float factor, StepRows rows) {
        for (int r = 0; r < rows.counts().total(); r++) {
            table.weights.readRow(rows.token(r), y.values, r * y.columns());
            scale(y.values, r * y.columns(), y.columns(), factor);
        }
    }

    private static void scale(float[] x, int at, int count, float factor) {
        for (int i = at; i < at + count; i++) {
            x[i] *= factor;
        }
    }

    /** RMSNorm; y may be x. */
    public void rmsNorm(CpuTensor y, CpuTensor x, CpuGain gain, float epsilon, int rows) {
        int columns = x.columns();
        eachRow(rows, row -> normalise(y.values, x.values, row * columns, gain.values, epsilon));
    }

    /** {@code y[row] = beta · y[row] + (1 - beta) · x[row]}. */
    public static void mix(CpuTensor y, CpuTensor x, int row, float beta) {
        for (int i = row * y.columns(); i < (row + 1) * y.columns(); i++) {
            y.values[i] = Math.fma(beta, y.values[i], (1 - beta) * x.values[i]);
        }
    }

    private void eachRow(int rows, IntConsumer action) {
        pool.run((rows + ROWS - 1) / ROWS, (item, worker) -> {
            for (int row = item * ROWS; row < Math.min(rows, (item + 1) * ROWS); row++) {
                action.accept(row);
            }
        });
    }

    /** {@code y = x / sqrt(mean(x²) + epsilon) * gain}; 16 interleaved sums of squares, then a fixed tree. */
    private static void normalise(float[] y, float[] x, int at, float[] gain, float epsilon) {
        float[] sums = new float[KEY_TILE];
        int whole = gain.length / KEY_TILE * KEY_TILE;
        for (int i = 0; i < whole; i += KEY_TILE) {
            for (int t = 0; t < KEY_TILE; t++) {
                sums[t] = Math.fma(x[at + i + t], x[at + i + t], sums[t]);
            }
        }
        for (int i = whole; i < gain.length; i++) {
            sums[i - whole] = Math.fma(x[at + i], x[at + i], sums[i - whole]);
        }
        float mean = PlainKernels.treeSum(sums) / gain.length;
        float factor = (float) (1 / Math.sqrt(mean + epsilon));
        for (int i = 0; i < gain.length; i++) {
            y[at + i] = x[at + i] * factor * gain[i];
        }
    }

    /**
     * Normalises and rotates queries and keys in place, scales queries, then stores keys and values of the exact rows.
     */
    public void rotateAndStore(
            CpuTensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            CpuRotaryTable rope,
            CpuKv kv,
            int layer,
            StepRows rows) {
        int rotated = heads.numHeads() + heads.numKvHeads();
        eachRow(rows.counts().total(), row -> {
            for (int head = 0; head < rotated; head++) {
                int at = row * heads.columns() + head * heads.headDim();
                if (norms.isPresent()) {
                    HeadNorms n = norms.get();
                    CpuGain gain = (CpuGain) (head < heads.numHeads() ? n.query() : n.key());
                    normalise(qkv.values, qkv.values, at, gain.values, n.epsilon());
                }
                rotate(qkv.values, at, rope, rows.position(row));
                if (head < heads.numHeads() && rope.queryScales.length > 0) {
                    scale(qkv.values, at, heads.headDim(), rope.queryScales[rows.position(row)]);
                }
            }
            if (row < rows.counts().exact()) {
                store(qkv.values, row, heads, kv, layer, rows);
            }
        });
    }

    /** Half-split pairs; two products and a sum, each rounded, as in Hugging Face Transformers. */
    private static void rotate(float[] x, int at, CpuRotaryTable rope, int position) {
        int half = rope.frequencies;
        int angle = position * half;
        for (int i = 0; i < half; i++) {
            float first = x[at + i];
            float second = x[at + half + i];
            float cosine = rope.cosines[angle + i];
            float sine = rope.sines[angle + i];
            x[at + i] = first * cosine - second * sine;
            x[at + half + i] = second * cosine + first * sine;
        }
    }

    private static void store(float[] qkv, int row, HeadGeometry heads, CpuKv kv, int layer, StepRows rows) {
        int blockTokens = kv.geometry().blockTokens();
        int position = rows.position(row);
        int slot = position % blockTokens;
        int block = rows.block(rows.sequence(row), position / blockTokens);
        int headDim = heads.headDim();
        for (int head = 0; head < heads.numKvHeads(); head++) {
            int key = row * heads.columns() + (heads.numHeads() + head) * headDim;
            int value = key + heads.numKvHeads() * headDim;
            kv.writeKey(block, kv.keys(layer, head) + slot, qkv, key);
            kv.writeValue(block, kv.values(layer, head) + slot * headDim, qkv, value);
        }
    }
}
