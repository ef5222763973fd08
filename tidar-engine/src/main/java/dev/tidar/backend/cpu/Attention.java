package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.CpuKv.KEY_TILE;

import dev.tidar.step.StepRows;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Window;
import java.util.Arrays;

/**
 * Attention by visibility. An item is a few rows of one sequence, or a group of drafting rows, with the query heads of
 * one key/value head, so that they share the keys.
 *
 * <p>Each query scores all its key tiles, takes the softmax over them, and then sums the weighted values in the same
 * order. Cached tiles come first and start at absolute positions, and a key that a row does not see has weight 0, so
 * what a row computes depends on what it sees only; the tiles of its own group follow. Blocks before the windows of all
 * rows of an item are not looked at.
 *
 * <p>A bf16 cache is widened block by block, once for all queries of an item; after that the arithmetic is the same.
 */
public final class Attention {

    /** The largest number of rows of an item: more rows share loads, fewer divide the work more evenly. */
    public static final int ROWS = 4;

    private final KernelSet kernels;
    private final WorkerPool pool;
    private final Workspace workspace;

    public Attention(KernelChoice choice, WorkerPool pool, Workspace workspace) {
        this.kernels = choice.kernels();
        this.pool = pool;
        this.workspace = workspace;
    }

    /** The bytes of scratch that a thread takes for each token of the longest context. */
    public static long heapBytesPerPosition(HeadGeometry heads) {
        return QueryBlock.bytesPerSlot(ROWS * heads.queryHeadsPerKvHead());
    }

    /** {@code out[r] = softmax(q[r] · keysᵀ / sqrt(headDim)) · values} for each head. */
    public void attend(
            CpuTensor out, CpuTensor qkv, HeadGeometry heads, CpuKv kv, int layer, Window window, StepRows rows) {
        int[] firstRows = runs(rows);
        int kvHeads = heads.numKvHeads();
        pool.run((firstRows.length - 1) * kvHeads, (item, worker) -> {
            int run = item / kvHeads;
            QueryBlock block = workspace.part(worker).queries;
            new Item(out.values, qkv.values, heads, kv, layer, window, rows, item % kvHeads, block)
                    .attend(firstRows[run], firstRows[run + 1]);
        });
    }

    /** The first row of each run of rows that are attended together, followed by the row count. */
    public static int[] runs(StepRows rows) {
        int total = rows.counts().total();
        int[] starts = new int[total + 1];
        int runs = 0;
        for (int row = 0; row < total; ) {
            starts[runs++] = row;
            row = runEnd(rows, row);
        }
        starts[runs] = total;
        return Arrays.copyOf(starts, runs + 1);
    }

    private static int runEnd(StepRows rows, int first) {
        int exact = rows.counts().exact();
        boolean drafting = first >= exact;
        int limit = Math.min(first + ROWS, drafting ? rows.groupEnd(first) : exact);
        int end = first + 1;
        while (end < limit && rows.sequence(end) == rows.sequence(first)) {
            end++;
        }
        return end;
    }

    /**
     * One of the three stages of an item. They are called through an interface, because the compiler does not inline a
     * call that meets three implementations, and so compiles each stage by itself. Inlined into one method, they would
     * exceed what the compiler of JDK 17 inlines, and it would allocate an object for every vector that crosses a call.
     */
    private interface Stage {
        void run();
    }

    /** One item, while it is computed. */
    private final class Item {
        private final float[] out;
        private final float[] qkv;
        private final HeadGeometry heads;
        private final CpuKv kv;
        private final int layer;
        private final Window window;
        private final StepRows rows;
        private final int kvHead;
        private final QueryBlock block;
        private final int headDim;
        private final int blockTokens;
        /** The number of query heads that share the key/value head. */
        private final int sharing;

        /** First row of the item. */
        private int first;
        /** Rows of its group; 0 for exact rows. */
        private int group;
        /** Block of the first key that one of its rows sees. */
        private int from;
        /** Blocks up to the last key that one of its rows sees. */
        private int blocks;
        /** Slot of the first fresh key, after the cached ones. */
        private int fresh;

        Item(
                float[] out,
                float[] qkv,
                HeadGeometry heads,
                CpuKv kv,
                int layer,
                Window window,
                StepRows rows,
                int kvHead,
                QueryBlock block) {
            this.out = out;
            this.qkv = qkv;
            this.heads = heads;
            this.kv = kv;
            this.layer = layer;
            this.window = window;
            this.rows = rows;
            this.kvHead = kvHead;
            this.block = block;
            this.headDim = heads.headDim();
            this.blockTokens = kv.geometry().blockTokens();
            this.sharing = heads.queryHeadsPerKvHead();
        }

        void attend(int firstRow, int end) {
            first = firstRow;
            group = first < rows.counts().exact() ? 0 : rows.groupEnd(first) - rows.groupFirst(first);
            blocks = 0;
            from = Integer.MAX_VALUE;
            for (int row = first; row < end; row++) {
                blocks = Math.max(blocks, kv.geometry().blocksFor(rows.visible(row)));
                from = Math.min(from, window.first(rows.position(row)) / blockTokens);
            }
            from = Math.min(from, blocks);
            fresh = slot(blocks);
            int freshTiles = (group + KEY_TILE - 1) / KEY_TILE;
            block.begin((end - first) * sharing, headDim, fresh + freshTiles * KEY_TILE);
            block.reserveWide(kv.isBf16() ? kv.headElements() : 0);
            for (int row = first; row < end; row++) {
                int query = row * heads.columns() + kvHead * sharing * headDim;
                System.arraycopy(qkv, query, block.queries, (row - first) * sharing * headDim, sharing * headDim);
            }
            for (Stage stage : new Stage[] {this::score, this::softmax, this::weigh}) {
                stage.run();
            }
        }

        /** The slot of the first key of a block. */
        private int slot(int blockIndex) {
            return (blockIndex - from) * kv.stride;
        }

        private void score() {
            scoreCached();
            scoreFresh();
        }

        private void softmax() {
            for (int q = 0; q < block.count; q++) {
                block.sums[q] = kernels.softmax(block, q, hide(q, first + q / sharing));
            }
        }

        private void weigh() {
            weighCached();
            weighFresh();
            writeOut();
        }

        private void scoreCached() {
            int keys = kv.keys(layer, kvHead);
            int begin = kv.isBf16() ? 0 : keys;
            for (int b = from; b < blocks; b++) {
                float[] cached = cached(b, keys);
                for (int t = 0; t < kv.stride; t += KEY_TILE) {
                    kernels.scores(block, slot(b) + t, cached, begin + t, kv.stride);
                }
            }
        }

        /** A block as floats: the block itself, or the keys or values that begin at {@code at} widened to index 0. */
        private float[] cached(int blockIndex, int at) {
            int id = rows.block(rows.sequence(first), blockIndex);
            if (!kv.isBf16()) {
                return kv.floats(id);
            }
            kernels.widen(block.wide, kv.bf16(id), at, kv.headElements());
            return block.wide;
        }

        private void scoreFresh() {
            for (int t = 0; t < group; t += KEY_TILE) {
                int tokens = Math.min(KEY_TILE, group - t);
                for (int i = 0; i < tokens; i++) {
                    int key = freshKey(rows.groupFirst(first) + t + i);
                    for (int d = 0; d < headDim; d++) {
                        block.keys[d * KEY_TILE + i] = qkv[key + d];
                    }
                }
                kernels.scores(block, fresh + t, block.keys, 0, KEY_TILE);
            }
        }

        private int freshKey(int row) {
            return row * heads.columns() + (heads.numHeads() + kvHead) * headDim;
        }

        /** Hides the slots that a query's row does not see, and returns how many slots its softmax covers. */
        private int hide(int query, int row) {
            int at = query * block.slots;
            int own = Math.max(from, kv.geometry().blocksFor(rows.visible(row)));
            for (int b = from; b < own; b++) {
                int begin = at + slot(b);
                clear(begin, begin + Math.max(0, Math.min(kv.stride, unseen(row, b))));
                clear(begin + seen(row, b), begin + kv.stride);
            }
            if (group == 0) {
                return slot(own);
            }
            clear(at + fresh + group, at + block.slots);
            return block.slots;
        }

        private void clear(int begin, int end) {
            Arrays.fill(block.weights, begin, end, Float.NEGATIVE_INFINITY);
        }

        /** The number of tokens of a block, and of all blocks after it, that are before a row's window. */
        private int unseen(int row, int blockIndex) {
            return window.first(rows.position(row)) - blockIndex * blockTokens;
        }

        /** The number of tokens of a block up to the last one that a row sees. */
        private int seen(int row, int blockIndex) {
            return Math.max(0, Math.min(blockTokens, rows.visible(row) - blockIndex * blockTokens));
        }

        private void weighCached() {
            int values = kv.values(layer, kvHead);
            int begin = kv.isBf16() ? 0 : values;
            for (int b = from; b < blocks; b++) {
                float[] cached = cached(b, values);
                for (int q = 0; q < block.count; ) {
                    int tokens = seen(first + q / sharing, b);
                    // Slots that a row does not see may have any content, so rows join only where they see the same
                    // ones.
                    boolean four = q + 4 <= block.count && seen(first + (q + 3) / sharing, b) == tokens;
                    int queries = four ? 4 : 1;
                    kernels.weigh(block, q, queries, slot(b), tokens, cached, begin, headDim);
                    q += queries;
                }
            }
        }

        private void weighFresh() {
            if (group == 0) {
                return;
            }
            int values = freshKey(rows.groupFirst(first)) + heads.numKvHeads() * headDim;
            for (int q = 0; q < block.count; ) {
                int queries = q + 4 <= block.count ? 4 : 1;
                kernels.weigh(block, q, queries, fresh, group, qkv, values, heads.columns());
                q += queries;
            }
        }

        private void writeOut() {
            for (int q = 0; q < block.count; q++) {
                float inverse = 1 / block.sums[q];
                int to = (first + q / sharing) * heads.queryColumns() + (kvHead * sharing + q % sharing) * headDim;
                for (int d = 0; d < headDim; d++) {
                    out[to + d] = block.out[q * headDim + d] * inverse;
                }
            }
        }
    }
}
