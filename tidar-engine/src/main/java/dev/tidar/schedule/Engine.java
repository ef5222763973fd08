package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.draft.DraftModel;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A loaded model, ready to decode. Confined to the engine thread.
 *
 * @param model the network
 * @param maskToken the input token of mask rows; any token where no layout drafts
 * @param kvCache the KV cache of the network
 * @param draftModel a second network that drafts; empty where there is none
 * @param layouts the candidates that auto chooses from, and what forwards cost
 * @param prefillChunk prompt rows of one forward at most
 * @param layoutRows the largest number of rows that the layouts of a forward may have together
 * @param turns held for each step, where engines share a processor; otherwise a lock of its own
 * @param release frees the device
 * @param fallback loads the engine that serves after the device has failed for good; throws the failure if there is no
 *     fallback
 */
public record Engine(
        TidarModel model,
        int maskToken,
        KvCache kvCache,
        Optional<DraftModel> draftModel,
        AdaptiveLayouts layouts,
        int prefillChunk,
        int layoutRows,
        Lock turns,
        Runnable release,
        Function<DeviceException, Engine> fallback) {

    /** An engine without a draft model and without a fallback. */
    public Engine(
            TidarModel model,
            int maskToken,
            KvCache kvCache,
            AdaptiveLayouts layouts,
            int prefillChunk,
            int layoutRows,
            Runnable release) {
        this(
                model,
                maskToken,
                kvCache,
                Optional.empty(),
                layouts,
                prefillChunk,
                layoutRows,
                new ReentrantLock(),
                release,
                failure -> {
                    throw failure;
                });
    }

    /** The KV caches of its networks. */
    List<KvCache> caches() {
        return Stream.concat(Stream.of(kvCache), draftModel.stream().map(DraftModel::kvCache))
                .toList();
    }
}
