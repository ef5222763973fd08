package dev.tidar;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineOptions;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much KV memory an engine sets aside, and what context fits into it.
 *
 * @param blocks blocks of KV memory
 * @param contextLength tokens of prompt and answer together
 */
record KvMemory(int blocks, int contextLength) {

    private static final Logger log = LoggerFactory.getLogger(KvMemory.class);

    /** Token slots of one block. */
    private static final int BLOCK_TOKENS = 16;

    /** A context that could not hold a question and an answer is no use. */
    private static final int LEAST_CONTEXT = 128;

    private static final long MIB = 1 << 20;

    static KvGeometry geometry(ModelConfig config) {
        return new KvGeometry(config.numLayers(), config.numKvHeads(), config.headDim(), BLOCK_TOKENS, DType.F32);
    }

    /**
     * Plans before anything large is allocated: one full context if it fits, else as much as fits.
     *
     * @param checkpoint its weights will lie in the heap beside it
     * @throws DeviceException if not even a short context fits
     */
    static KvMemory plan(EngineOptions options, Checkpoint checkpoint, KvGeometry geometry) {
        int longest = checkpoint.config().maxPositions();
        long weights = weightBytes(options, checkpoint);
        int wanted = Math.min(options.contextLength().orElse(longest), longest);
        long wantedBlocks = geometry.blocksFor(wanted);
        long fitting = options.kvCacheBytes().isPresent()
                ? options.kvCacheBytes().getAsLong() / geometry.blockBytes()
                : Math.min(wantedBlocks, (freeHeap() - weights) / 2 / geometry.blockBytes());
        int blocks = (int) Math.min(Math.max(fitting, 0), Integer.MAX_VALUE);
        if (blocks < geometry.blocksFor(Math.min(wanted, LEAST_CONTEXT))) {
            throw new DeviceException(
                    ("the heap has no room for the model: %d MiB at most, about %d MiB for weights and %d MiB for keys and"
                                    + " values of a full context; raise -Xmx, or set fewer bytes for the KV cache or a shorter"
                                    + " context")
                            .formatted(
                                    Runtime.getRuntime().maxMemory() / MIB,
                                    weights / MIB,
                                    wantedBlocks * geometry.blockBytes() / MIB),
                    null);
        }
        int context = (int) Math.min(wanted, (long) blocks * BLOCK_TOKENS);
        if (context < wanted) {
            log.warn(
                    "KV memory holds {} of {} tokens of context; raise -Xmx or the KV cache memory for more",
                    context,
                    wanted);
        }
        return new KvMemory(blocks, context);
    }

    /** Collects garbage first, or what loading and earlier engines left behind would count as used. */
    private static long freeHeap() {
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }

    private static long weightBytes(EngineOptions options, Checkpoint checkpoint) {
        return switch (options.weights()) {
            case AUTO -> checkpoint.weightBytes();
            case INT8 -> checkpoint.parameters();
            case BF16 -> 2 * checkpoint.parameters();
            case F32 -> 4 * checkpoint.parameters();
        };
    }
}
