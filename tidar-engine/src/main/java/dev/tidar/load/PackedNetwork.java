package dev.tidar.load;

import dev.tidar.backend.Backend;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.draft.DraftModel;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.model.TidarTransformer;
import dev.tidar.tensor.KvGeometry;
import java.util.function.DoubleConsumer;

/**
 * A network on its device, with the memory for its keys and values.
 *
 * @param checkpoint where it is from
 * @param transformer the network
 * @param geometry the shape of its KV cache
 * @param pool blocks of that cache; a draft model has as many as the model that it drafts for
 * @param contextLength tokens of a sequence
 */
record PackedNetwork(
        Checkpoint checkpoint, TidarTransformer transformer, KvGeometry geometry, BlockPool pool, int contextLength) {

    /**
     * Allocates what was planned.
     *
     * @param maxRows rows of its widest forward
     * @param progress receives the part of its weights that is packed
     */
    static PackedNetwork pack(
            Checkpoint checkpoint,
            Backend backend,
            KvGeometry geometry,
            MemoryPlan plan,
            int maxRows,
            DoubleConsumer progress) {
        int context = Math.min(plan.contextLength(), checkpoint.config().maxPositions());
        TidarTransformer transformer = TidarModelLoader.load(
                checkpoint, backend, backend.allocateKv(geometry, plan.blocks()), context, maxRows, progress);
        return new PackedNetwork(checkpoint, transformer, geometry, new BlockPool(plan.blocks()), context);
    }

    /** This network as one that drafts for another. */
    DraftModel drafting(KvCache kvCache) {
        return new DraftModel(transformer, kvCache, checkpoint.config().vocabSize(), contextLength);
    }
}
