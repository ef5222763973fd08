package dev.tidar.schedule;

import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.Sequence;
import dev.tidar.kvcache.BlockTable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request on its way through the engine: it waits, runs and ends, once. As a {@link Generation} it may be used by any
 * thread; all else is confined to the engine thread.
 */
final class ScheduledSequence implements Generation {

    private static final Logger log = LoggerFactory.getLogger(ScheduledSequence.class);

    private final long id;
    private final Admission admission;
    private final GenerationListener listener;
    private final LongSupplier nanoTime;
    private final CompletableFuture<GenerationResult> end = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    private final long submitted;
    private long started;
    private OptionalLong firstToken = OptionalLong.empty();
    private Optional<Sequence> sequence = Optional.empty();
    private volatile boolean cancelled;

    ScheduledSequence(long id, Admission admission, GenerationListener listener, LongSupplier nanoTime) {
        this.id = id;
        this.admission = admission;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.submitted = nanoTime.getAsLong();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public int promptTokens() {
        return admission.prompt().size();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        try {
            return end.get();
        } catch (InterruptedException e) {
            cancel();
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TidarException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        }
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Its turn has come. */
    Sequence start(BlockTable blocks) {
        started = nanoTime.getAsLong();
        Sequence s = new Sequence(
                admission.prompt(),
                admission.picking(),
                admission.stop(),
                admission.detokenizer().get(),
                admission.layouts().get(),
                blocks);
        sequence = Optional.of(s);
        return s;
    }

    Sequence sequence() {
        return sequence.orElseThrow();
    }

    /** Passes on what a step emitted. */
    void emit(TokenChunk chunk) {
        if (chunk.tokens().isEmpty()) {
            return;
        }
        if (firstToken.isEmpty()) {
            firstToken = OptionalLong.of(nanoTime.getAsLong());
        }
        text.append(chunk.text());
        tell(() -> listener.onChunk(chunk));
    }

    void finish(FinishReason reason) {
        sequence.ifPresent(Sequence::close);
        GenerationResult result = new GenerationResult(
                sequence.map(Sequence::emitted).orElseGet(List::of),
                text.toString(),
                reason,
                admission.picking().seed(),
                stats());
        tell(() -> listener.onFinished(result));
        end.complete(result);
    }

    void fail(TidarException failure) {
        sequence.ifPresent(Sequence::close);
        tell(() -> listener.onFailed(failure));
        end.completeExceptionally(failure);
    }

    private GenerationStats stats() {
        long now = nanoTime.getAsLong();
        long start = sequence.isPresent() ? started : now;
        long first = firstToken.orElse(now);
        return new GenerationStats(
                promptTokens(),
                sequence.map(Sequence::emittedTokens).orElse(0),
                sequence.map(s -> s.stats().forwards()).orElse(0),
                sequence.map(s -> s.stats().kept()).orElseGet(List::of),
                sequence.map(s -> s.layout().toString()).orElse(""),
                Duration.ofNanos(start - submitted),
                Duration.ofNanos(first - start),
                Duration.ofNanos(now - first));
    }

    /** A listener that throws loses its request, and nobody else's. */
    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            log.warn("Listener of generation {} threw; the generation is cancelled", id, e);
            cancelled = true;
        }
    }
}
