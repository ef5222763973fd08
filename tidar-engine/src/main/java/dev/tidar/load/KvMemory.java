package dev.tidar.load;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The KV memory that an engine sets aside, and the context length that fits into it.
 *
 * @param blocks blocks of KV memory
 * @param contextLength tokens of prompt and answer together
 */
record KvMemory(int blocks, int contextLength) {

    private static final Logger log = LoggerFactory.getLogger(KvMemory.class);

    /** The number of token slots of one block. */
    private static final int BLOCK_TOKENS = 16;

    /** The smallest context, because a context that cannot hold a question and an answer is of no use. */
    private static final int MIN_CONTEXT = 128;

    /** The divisor of the free heap for several contexts; the rest is left for the application. */
    private static final int SHARE = 4;

    /** The divisor of the free heap for a single context. */
    private static final int SHARE_OF_ONE = 2;

    private static final long MIB = 1 << 20;

    /** @param fastest the element type that the backend reads fastest; taken unless bfloat16 is asked for */
    static KvGeometry geometry(ModelConfig config, KvCacheOptions.Type type, DType fastest) {
        return new KvGeometry(
                config.numLayers(),
                config.numKvHeads(),
                config.headDim(),
                BLOCK_TOKENS,
                type == KvCacheOptions.Type.BF16 ? DType.BF16 : fastest);
    }

    /**
     * Plans the KV memory before anything large is allocated. The options decide; without a size in them it is a
     * quarter of the memory that the weights leave free, but no more than a full context for every sequence that can
     * run. Where a quarter is less than one context, up to half is taken.
     *
     * @param checkpoint the model whose weights share the memory
     * @param deviceBytes the bytes that the device has free; empty where memory is the heap
     * @throws DeviceException if not even a short context fits
     */
    static KvMemory plan(EngineOptions options, Checkpoint checkpoint, KvGeometry geometry, OptionalLong deviceBytes) {
        int longest = checkpoint.config().maxPositions();
        long weights = weightBytes(options, checkpoint);
        int wanted = Math.min(options.contextLength().orElse(longest), longest);
        long blocksOfOne = geometry.blocksFor(wanted);
        long fitting = options.kvCache().bytes().isPresent()
                ? options.kvCache().bytes().getAsLong() / geometry.blockBytes()
                : share(
                        deviceBytes.orElseGet(KvMemory::freeHeap) - weights,
                        geometry,
                        blocksOfOne,
                        options.limits().maxRunning());
        int blocks = (int) Math.min(Math.max(fitting, 0), Integer.MAX_VALUE);
        if (blocks < geometry.blocksFor(Math.min(wanted, MIN_CONTEXT))) {
            long kv = blocksOfOne * geometry.blockBytes();
            throw deviceBytes.isPresent() ? noDeviceRoom(deviceBytes.getAsLong(), weights, kv) : noHeap(weights, kv);
        }
        int context = (int) Math.min(wanted, (long) blocks * BLOCK_TOKENS);
        if (context < wanted) {
            log.warn(
                    "KV memory holds {} of {} tokens of context; raise -Xmx (on the CPU) or the KV cache memory for more",
                    context,
                    wanted);
        }
        return new KvMemory(blocks, context);
    }

    private static DeviceException noHeap(long weights, long kv) {
        return new DeviceException(
                ("the heap has no room for the model: %d MiB at most, about %d MiB for weights and %d MiB for keys and"
                                + " values of a full context; raise -Xmx, or set fewer bytes for the KV cache or a shorter"
                                + " context")
                        .formatted(Runtime.getRuntime().maxMemory() / MIB, weights / MIB, kv / MIB),
                null);
    }

    private static DeviceException noDeviceRoom(long free, long weights, long kv) {
        return DeviceException.passing(
                ("the device has no room for the model: %d MiB are free, about %d MiB are needed for weights and %d MiB for keys"
                                + " and values of a full context; choose smaller weights, or set fewer bytes for the KV cache"
                                + " or a shorter context")
                        .formatted(free / MIB, weights / MIB, kv / MIB));
    }

    private static long share(long freeBytes, KvGeometry geometry, long blocksOfOne, int sequences) {
        long many = Math.min(blocksOfOne * sequences, freeBytes / SHARE / geometry.blockBytes());
        long one = Math.min(blocksOfOne, freeBytes / SHARE_OF_ONE / geometry.blockBytes());
        return Math.max(many, one);
    }

    /**
     * The free heap after a garbage collection; otherwise garbage of loading and of earlier engines would count as
     * used.
     */
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
