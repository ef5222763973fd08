package dev.tidar.backend.cuda;

import static dev.tidar.backend.cuda.driver.CudaDevice.bits;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaKv;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.memory.Scratch;
import dev.tidar.backend.cuda.step.AttentionShape;
import dev.tidar.backend.cuda.step.CurrentStep;
import dev.tidar.backend.cuda.step.StepBlock;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Window;

/**
 * Attention by visibility. Heads of 64 and 128 with a bfloat16 cache run on the tensor cores: the keys are split over
 * CUDA blocks at positions that do not depend on the step, and the parts are merged. All other attention is computed in
 * float.
 *
 * <p>Confined to the engine thread.
 */
public final class Attention {

    private static final int STRICT_THREADS = 128;
    private static final int TILE_THREADS = 128;

    /** The number of queries of one CUDA block of the tensor-core kernel. */
    private static final int TILE_QUERIES = 64;

    /** The number of keys of a split, a multiple of 64. */
    private static final int SPLIT_TOKENS = 512;

    private final CudaDevice device;
    private final CurrentStep step;
    private final Forms forms;
    private final boolean fast;
    private final Scratch partials;

    Attention(CudaDevice device, CurrentStep step, Arithmetic arithmetic, Forms forms) {
        this.device = device;
        this.step = step;
        this.forms = forms;
        this.fast = arithmetic == Arithmetic.FAST;
        this.partials = Scratch.undefined(device, "parts of attention");
    }

    /** Whether there are kernels for these heads that use the tensor cores. */
    public static boolean runsOnTensorCores(HeadGeometry heads) {
        return (heads.headDim() == 64 || heads.headDim() == 128) && heads.queryHeadsPerKvHead() <= TILE_QUERIES;
    }

    /**
     * The scratch memory that a token of context costs, for the parts of a step with so many rows. Counted twice,
     * because the splits cover a table of blocks whose length is rounded up to a power of two.
     */
    public long scratchBytesPerPosition(HeadGeometry heads, int rows) {
        return fast && runsOnTensorCores(heads) ? 2 * partBytes(heads, rows) / SPLIT_TOKENS + 1 : 0;
    }

    /** The memory for the part of the output that one split of the keys gives. */
    private static long partBytes(HeadGeometry heads, int rows) {
        return (long) rows * heads.numHeads() * (heads.headDim() + 2) * Float.BYTES;
    }

    /** What attention over this cache needs from the layout of a step. */
    AttentionShape shape(CudaKv kv, HeadGeometry heads) {
        boolean tiled = fast && kv.geometry().dtype() == DType.BF16 && runsOnTensorCores(heads);
        return new AttentionShape(kv.geometry().blockTokens(), tiled ? TILE_QUERIES / heads.queryHeadsPerKvHead() : 0);
    }

    /** {@code out[r] = softmax(q[r] · keysᵀ / sqrt(headDim)) · values} for each head. */
    public void attend(
            CudaTensor out, CudaTensor qkv, HeadGeometry heads, CudaKv kv, int layer, Window window, StepRows rows) {
        AttentionShape shape = shape(kv, heads);
        StepBlock block = step.of(rows, shape);
        boolean tiled = shape.rowsPerTile() > 0;
        if (tiled) {
            attendInTiles(out, qkv, heads, new Layer(kv, layer, window), rows, block);
        } else {
            attendStrictly(out, qkv, heads, new Layer(kv, layer, window), rows, block);
        }
        out.written(tiled);
    }

    /** The keys and values of a layer, and how far back its rows look. */
    private record Layer(CudaKv kv, int index, Window window) {

        long keys() {
            return kv.layer(index);
        }

        int blockTokens() {
            return kv.geometry().blockTokens();
        }
    }

    private void attendStrictly(
            CudaTensor out, CudaTensor qkv, HeadGeometry heads, Layer layer, StepRows rows, StepBlock block) {
        device.launch(
                "attention_strict_" + layer.kv().typeName(),
                Grid.of(rows.counts().total(), heads.numHeads(), STRICT_THREADS),
                out.floats(),
                forms.floats(qkv, rows.counts().total()),
                layer.keys(),
                block.rows(),
                block.tables(),
                block.tableStride(),
                heads.numHeads(),
                heads.numKvHeads(),
                heads.headDim(),
                layer.blockTokens(),
                scale(heads),
                layer.window().tokens());
    }

    private void attendInTiles(
            CudaTensor out, CudaTensor qkv, HeadGeometry heads, Layer layer, StepRows rows, StepBlock block) {
        int blockTokens = layer.blockTokens();
        int total = rows.counts().total();
        int splits = Math.max(1, (block.tableStride() * blockTokens + SPLIT_TOKENS - 1) / SPLIT_TOKENS);
        long parts = partials.reserve((splits + 1L) * partBytes(heads, total));
        device.launch(
                "attention_bf16_" + heads.headDim(),
                new Grid(block.numTiles(), heads.numKvHeads(), splits + 1, TILE_THREADS, 512 * heads.headDim()),
                parts,
                forms.floats(qkv, total),
                layer.keys(),
                block.rows(),
                block.tiles(),
                block.tables(),
                block.tableStride(),
                heads.numHeads(),
                heads.numKvHeads(),
                blockTokens,
                scale(heads),
                layer.window().tokens(),
                total,
                SPLIT_TOKENS,
                splits);
        device.launch(
                "attention_merge_bf16_" + heads.headDim(),
                Grid.of(total, heads.numHeads(), heads.headDim()),
                out.narrow(),
                parts,
                block.rows(),
                total,
                heads.numHeads(),
                out.pitch(),
                layer.window().tokens(),
                SPLIT_TOKENS,
                splits);
    }

    private static long scale(HeadGeometry heads) {
        return bits((float) (1 / Math.sqrt(heads.headDim())));
    }
}
