package dev.tidar.load;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.backend.Backend;
import dev.tidar.backend.BackendChoice;
import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans the memory of an engine on a device, and says in the log where the plan is less than what was asked for.
 *
 * @param options what the user asks for
 * @param ledger what other engines have planned
 */
record MemoryPlanner(EngineOptions options, MemoryLedger ledger) {

    private static final Logger log = LoggerFactory.getLogger(MemoryPlanner.class);

    /**
     * The bytes of heap that reading a tokenizer takes at its peak, for each byte of its file. Measured, see
     * docs/decisions/0020-one-memory-plan.md.
     */
    private static final int TOKENIZER_PEAK = 16;

    /**
     * Checks that the heap has room for reading a tokenizer.
     *
     * @param fileBytes size of its file
     * @throws DeviceException if it has not
     */
    void requireRoomForTokenizer(long fileBytes) {
        long planned = ledger.outstanding(MemoryRoom.HEAP);
        long peak = TOKENIZER_PEAK * fileBytes;
        if (peak <= unusedHeap() - planned) {
            return; // it fits even beside garbage, and a collection of the application's heap may take long
        }
        long free = freeHeap() - planned;
        if (peak > free) {
            MemoryRoom room = MemoryRoom.heap(maxHeap(), free);
            throw new DeviceException(
                    "the Java heap has no room for the tokenizer of the model: %s of %s are free, %s are needed to read it; %s"
                            .formatted(
                                    MemoryRoom.mebibytes(free),
                                    MemoryRoom.mebibytes(maxHeap()),
                                    MemoryRoom.mebibytes(peak),
                                    room.heapThatFits(peak)),
                    null);
        }
    }

    /** The shape of the KV cache on this device. */
    KvGeometry geometry(ModelConfig config, Backend backend) {
        // bfloat16 if it is asked for, otherwise what the device reads fastest
        DType dtype = options.kvCache().type() == KvCacheOptions.Type.BF16 ? DType.BF16 : backend.cacheType();
        return new KvGeometry(
                config.numLayers(), config.numKvHeads(), config.headDim(), MemoryPlan.BLOCK_TOKENS, dtype);
    }

    /**
     * Plans all memory of an engine before anything large is allocated, and enters the plan in the ledger.
     *
     * @param maxRows rows of the widest step
     * @param draftRows the same of the draft model
     * @throws DeviceException if not even a short context fits
     */
    MemoryLedger.Entry enter(Checkpoints checkpoints, BackendChoice choice, int maxRows, int draftRows) {
        Optional<Need> draft = checkpoints.draft().map(d -> need(d, choice.backend(), draftRows));
        Need own = need(checkpoints.model(), choice.backend(), maxRows);
        Need need = draft.map(own::plus).orElse(own);
        ModelConfig config = checkpoints.config();
        KvGeometry geometry = geometry(config, choice.backend());
        int context = Math.min(options.contextLength().orElse(config.maxPositions()), config.maxPositions());
        var wish = new MemoryPlan.Wish(
                context,
                options.limits().maxRunning(),
                options.kvCache().bytes().orElse(0));
        try {
            MemoryLedger.Entry entry = enter(need, choice, geometry, wish);
            report(entry.plan(), geometry, wish);
            draft.ifPresent(part -> log.info(
                    "The draft model takes {} of this for weights, activations and scratch, and up to {} for keys and values",
                    MemoryRoom.mebibytes(part.fixed()),
                    MemoryRoom.mebibytes(entry.plan().blocks() * part.kvBlock())));
            return entry;
        } catch (DeviceException e) {
            throw draft.map(part -> withoutDraft(e, part)).orElse(e);
        }
    }

    private Need need(Checkpoint checkpoint, Backend backend, int maxRows) {
        return TidarModelLoader.need(checkpoint, backend, geometry(checkpoint.config(), backend), maxRows);
    }

    /** The failure of a plan, with the remedy of leaving out the draft model. */
    private static DeviceException withoutDraft(DeviceException failure, Need draft) {
        String message = "%s; or leave out the draft model, which takes %s of this"
                .formatted(failure.getMessage(), MemoryRoom.mebibytes(draft.fixed()));
        return failure.isLasting() ? new DeviceException(message, failure) : DeviceException.passing(message);
    }

    private MemoryLedger.Entry enter(Need need, BackendChoice choice, KvGeometry geometry, MemoryPlan.Wish wish) {
        return choice.backend().freeBytes().isPresent()
                ? enterOnDevice(need, choice, geometry, wish)
                : ledger.enter(
                        MemoryRoom.HEAP,
                        MemoryPlanner::freeHeap,
                        free -> MemoryPlan.of(need, MemoryRoom.heap(maxHeap(), free), geometry, wish));
    }

    private MemoryLedger.Entry enterOnDevice(
            Need need, BackendChoice choice, KvGeometry geometry, MemoryPlan.Wish wish) {
        Backend backend = choice.backend();
        String name = choice.isGpu() ? backend.facts().device() : MemoryRoom.SYSTEM;
        return ledger.enter(name, () -> backend.freeBytes().orElseThrow(), free -> {
            MemoryRoom room =
                    choice.isGpu() ? MemoryRoom.gpu(name, free, need.fixed()) : MemoryRoom.system(free, need.fixed());
            return MemoryPlan.of(need, room, geometry, wish);
        });
    }

    private static void report(MemoryPlan plan, KvGeometry geometry, MemoryPlan.Wish wish) {
        log.info("{}", plan.summary());
        if (wish.bytes() > 0 && wish.bytes() < plan.blocks() * geometry.blockBytes()) {
            log.warn(
                    "The KV cache gets {}, the least that works, because {} bytes do not hold {} tokens",
                    MemoryRoom.mebibytes(plan.kvBytes()),
                    wish.bytes(),
                    wish.least());
        }
        if (plan.contextLength() < wish.context()) {
            log.warn("{}", plan.shortened(wish, geometry));
        }
    }

    /**
     * The free heap after a garbage collection; otherwise garbage of loading and of earlier engines would count as
     * used.
     */
    private static long freeHeap() {
        Runtime.getRuntime().gc();
        return unusedHeap();
    }

    /** The heap that neither objects nor garbage take. */
    private static long unusedHeap() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }

    private static long maxHeap() {
        return Runtime.getRuntime().maxMemory();
    }
}
