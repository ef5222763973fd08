package dev.tidar.schedule;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.TidarException;
import dev.tidar.kvcache.KvCache;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * Work that other threads have for the engine thread between two steps, because it concerns the KV caches, which are
 * confined to it. Thread-safe.
 */
final class Errands {

    private record Errand(ToIntFunction<List<KvCache>> work, CompletableFuture<Integer> result) {}

    private final Queue<Errand> waiting = new ConcurrentLinkedQueue<>();

    /**
     * Leaves work for the engine thread and waits for its result. It is done before the next step.
     *
     * @param wake wakes the engine thread, and returns whether it still looks for work
     * @throws EngineClosedException if it does not, or the thread is interrupted, whose flag is then set again
     */
    int ask(ToIntFunction<List<KvCache>> work, BooleanSupplier wake) {
        var errand = new Errand(work, new CompletableFuture<>());
        waiting.add(errand);
        if (!wake.getAsBoolean()) {
            giveUp(); // it came after the last look
        }
        try {
            return errand.result().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineClosedException("interrupted while waiting for the engine thread");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof TidarException failure ? failure : new CompletionException(e.getCause());
        }
    }

    /** Does what was left; called by the engine thread. */
    void run(List<KvCache> caches) {
        for (Errand errand = waiting.poll(); errand != null; errand = waiting.poll()) {
            try {
                errand.result().complete(errand.work().applyAsInt(caches));
            } catch (RuntimeException e) {
                errand.result().completeExceptionally(e);
            }
        }
    }

    /** Ends what was left and will not be done. */
    void giveUp() {
        for (Errand errand = waiting.poll(); errand != null; errand = waiting.poll()) {
            errand.result().completeExceptionally(new EngineClosedException("the engine is closed"));
        }
    }
}
