package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Window;

/** Attention by visibility, divided into items as {@link Attention} divides it. Confined to the engine thread. */
public final class NativeAttention {

    private final WorkerPool pool;
    private final NativeStep step;
    private final NativeScratch.OfWorkers scratch;

    NativeAttention(NativeMemory memory, WorkerPool pool, NativeStep step) {
        this.pool = pool;
        this.step = step;
        this.scratch = new NativeScratch.OfWorkers(memory, pool.threads());
    }

    /** The bytes of scratch that a thread takes for each token of the longest context. */
    public static long scratchBytesPerPosition(HeadGeometry heads) {
        return (long) Attention.ROWS * heads.queryHeadsPerKvHead() * Float.BYTES * 3 / 2; // as scratch grows
    }

    /** {@code out[r] = softmax(q[r] · keysᵀ / sqrt(headDim)) · values} for each head. */
    public void attend(
            NativeTensor out,
            NativeTensor qkv,
            HeadGeometry heads,
            NativeKv kv,
            int layer,
            Window window,
            StepRows rows) {
        step.load(rows, kv.geometry().blockTokens());
        int[] firstRows = Attention.runs(rows);
        int kvHeads = heads.numKvHeads();
        long[] own = reserve(rows, firstRows, heads, kv);
        pool.run((firstRows.length - 1) * kvHeads, (item, worker) -> {
            int run = item / kvHeads;
            int first = firstRows[run];
            boolean drafting = first >= rows.counts().exact();
            NativeKernels.attend(
                    out.row(0),
                    qkv.row(0),
                    first,
                    firstRows[run + 1] - first,
                    item % kvHeads,
                    heads.numHeads(),
                    kvHeads,
                    heads.headDim(),
                    step.positions(),
                    window.tokens(),
                    step.visible(),
                    drafting ? rows.groupFirst(first) : 0,
                    drafting ? rows.groupEnd(first) - rows.groupFirst(first) : 0,
                    step.blockTable(rows.sequence(first)),
                    kv.address(),
                    kv.kind(),
                    kv.geometry().blockTokens(),
                    NativeKv.blockBytes(kv.geometry()),
                    layer,
                    own[worker]);
        });
    }

    /** Scratch of each worker for the largest item. */
    private long[] reserve(StepRows rows, int[] firstRows, HeadGeometry heads, NativeKv kv) {
        int blocks = 0;
        int fresh = 0;
        int longest = 0;
        for (int run = 0; run + 1 < firstRows.length; run++) {
            longest = Math.max(longest, firstRows[run + 1] - firstRows[run]);
        }
        for (int row = 0; row < rows.counts().total(); row++) {
            blocks = Math.max(blocks, kv.geometry().blocksFor(rows.visible(row)));
            if (row >= rows.counts().exact()) {
                fresh = Math.max(fresh, rows.groupEnd(row) - rows.groupFirst(row));
            }
        }
        long bytes = NativeKernels.attentionScratch(
                longest * heads.queryHeadsPerKvHead(),
                heads.headDim(),
                blocks,
                kv.geometry().blockTokens(),
                fresh);
        return scratch.atLeast(bytes);
    }
}
