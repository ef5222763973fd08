package dev.tidar.schedule;

import dev.tidar.api.EngineClosedException;
import dev.tidar.kvcache.KvCache;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

/**
 * Work that other threads have for the engine thread between two steps, because it concerns the KV cache, which is
 * confined to it. Thread-safe.
 */
final class Errands {

    private record Errand(ToIntFunction<KvCache> work, CompletableFuture<Integer> result) {}

    private final Queue<Errand> waiting = new ConcurrentLinkedQueue<>();

    /** Leaves work for the engine thread; it is done before the next step. */
    CompletableFuture<Integer> leave(ToIntFunction<KvCache> work) {
        var errand = new Errand(work, new CompletableFuture<>());
        waiting.add(errand);
        return errand.result();
    }

    /** Does what was left; called by the engine thread. */
    void run(KvCache kv) {
        for (Errand errand = waiting.poll(); errand != null; errand = waiting.poll()) {
            errand.result().complete(errand.work().applyAsInt(kv));
        }
    }

    /** Ends what was left and will not be done. */
    void giveUp() {
        for (Errand errand = waiting.poll(); errand != null; errand = waiting.poll()) {
            errand.result().completeExceptionally(new EngineClosedException("the engine is closed"));
        }
    }
}
