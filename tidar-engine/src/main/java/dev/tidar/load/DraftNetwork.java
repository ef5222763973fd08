package dev.tidar.load;

import dev.tidar.backend.Backend;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.draft.DraftModel;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.model.TidarTransformer;
import dev.tidar.tensor.KvGeometry;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * A draft model on its device, with memory for as many tokens as the model has that it drafts for.
 *
 * @param checkpoint where it is from
 * @param transformer the network
 * @param geometry the shape of its KV cache
 * @param pool blocks of that cache
 * @param contextLength tokens that it can draft after
 */
record DraftNetwork(
        Checkpoint checkpoint, TidarTransformer transformer, KvGeometry geometry, BlockPool pool, int contextLength) {

    /** Allocates what was planned. */
    static DraftNetwork pack(
            Checkpoint checkpoint,
            Backend backend,
            KvGeometry geometry,
            MemoryPlan plan,
            int maxRows,
            DoubleConsumer progress) {
        int context = Math.min(plan.contextLength(), checkpoint.config().maxPositions());
        TidarTransformer transformer = TidarModelLoader.load(
                checkpoint, backend, backend.allocateKv(geometry, plan.blocks()), context, maxRows, progress);
        return new DraftNetwork(checkpoint, transformer, geometry, new BlockPool(plan.blocks()), context);
    }

    /** The model that drafts. */
    DraftModel model(Optional<PrefixCache> prefixes) {
        return new DraftModel(
                transformer,
                new KvCache(pool, geometry.blockTokens(), prefixes),
                checkpoint.config().vocabSize(),
                contextLength);
    }
}
