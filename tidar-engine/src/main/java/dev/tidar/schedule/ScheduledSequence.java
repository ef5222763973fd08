package dev.tidar.schedule;

import dev.tidar.api.Answer;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.LogProbs;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.Sequence;
import dev.tidar.kvcache.KvCache;
import dev.tidar.text.answer.AnswerParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request on its way through the engine: it waits, runs, may be preempted and wait again, and ends, once. As a
 * {@link Generation} it may be used by any thread, and any thread may {@link #fail} it; all else is confined to the
 * engine thread.
 */
final class ScheduledSequence implements Generation {

    private static final Logger log = LoggerFactory.getLogger(ScheduledSequence.class);

    private final long id;
    private final Admission admission;
    private final GenerationListener listener;
    private final LongSupplier nanoTime;
    private final Totals totals;
    private final CompletableFuture<GenerationResult> end = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final StringBuilder text = new StringBuilder();
    private final List<LogProbs> logProbs = new ArrayList<>();
    private final List<Answer.Part> parts = new ArrayList<>();

    private final AnswerParser answer;
    private final long submitted;
    private boolean hasRun;
    private long started;
    private int cachedTokens;
    private int preemptions;
    private OptionalLong firstToken = OptionalLong.empty();
    private Optional<Sequence> sequence = Optional.empty();
    private volatile boolean cancelled;

    ScheduledSequence(long id, Admission admission, GenerationListener listener, LongSupplier nanoTime, Totals totals) {
        this.id = id;
        this.totals = totals;
        this.admission = admission;
        this.answer = admission.answer().get();
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

    /** Whether its turn has come once; a preempted one waits again. */
    boolean hasRun() {
        return hasRun;
    }

    /** Nanoseconds since it was submitted. */
    long ageNanos() {
        return nanoTime.getAsLong() - submitted;
    }

    /** Nanoseconds since its turn came. */
    long runNanos() {
        return nanoTime.getAsLong() - started;
    }

    /** How long it may take from its submission. */
    Optional<Duration> timeout() {
        return admission.timeout();
    }

    /** Its sequence, made when it is first asked for. */
    Sequence prepare(KvCache kv) {
        if (sequence.isEmpty()) {
            sequence = Optional.of(new Sequence(
                    admission.prompt(),
                    admission.params(),
                    admission.stop(),
                    admission.start(),
                    admission.detokenizer().get(),
                    admission.layouts().get(),
                    kv.table(admission.cacheSalt())));
        }
        return sequence();
    }

    /**
     * Its turn has come.
     *
     * @param found tokens that were in the prefix cache
     */
    void run(int found) {
        if (hasRun) {
            return;
        }
        hasRun = true;
        started = nanoTime.getAsLong();
        cachedTokens = found;
        totals.promptTokens.add(promptTokens());
        totals.cachedTokens.add(found);
    }

    /** Its blocks are wanted by others: it waits again. */
    void preempt() {
        preemptions++;
        totals.preemptions.increment();
        sequence().preempt();
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
        String added = chunk.text();
        text.append(added);
        chunk.tokens().forEach(token -> token.logProbs().ifPresent(logProbs::add));
        totals.tokens.add(chunk.tokens().size());
        tell(() -> listener.onChunk(chunk.withParts(kept(answer.accept(added)))));
    }

    private List<Answer.Part> kept(List<Answer.Part> made) {
        parts.addAll(made);
        return made;
    }

    /** Ends it with what it has; no effect on one that has ended. */
    void finish(FinishReason reason) {
        if (ended.getAndSet(true)) {
            return;
        }
        (reason == FinishReason.CANCELLED ? totals.cancelled : totals.finished).increment();
        List<Answer.Part> rest = kept(answer.finish());
        if (!rest.isEmpty()) {
            int step = sequence.map(s -> s.stats().steps()).orElse(0);
            tell(() -> listener.onChunk(new TokenChunk(step, List.of(), rest)));
        }
        Answer whole = Answer.of(parts);
        GenerationResult result = new GenerationResult(
                sequence.map(Sequence::emitted).orElseGet(List::of),
                text.toString(),
                whole,
                reason == FinishReason.STOP && !whole.toolCalls().isEmpty() ? FinishReason.TOOL_CALLS : reason,
                admission.params().seed(),
                logProbs,
                stats());
        tell(() -> listener.onFinished(result));
        end.complete(result);
    }

    /** Ends it without a result; no effect on one that has ended. Its blocks stay with the engine thread. */
    void fail(TidarException failure) {
        if (ended.getAndSet(true)) {
            return;
        }
        (failure.isTransient() ? totals.refused : totals.failed).increment();
        tell(() -> listener.onFailed(failure));
        end.completeExceptionally(failure);
    }

    /** Gives back what it holds. */
    void release() {
        sequence.ifPresent(Sequence::close);
    }

    private GenerationStats stats() {
        long now = nanoTime.getAsLong();
        long start = hasRun ? started : now;
        long first = firstToken.orElse(now);
        return new GenerationStats(
                promptTokens(),
                cachedTokens,
                sequence.map(Sequence::emittedTokens).orElse(0),
                sequence.map(s -> s.stats().forwards()).orElse(0),
                sequence.map(s -> s.stats().kept()).orElseGet(List::of),
                sequence.map(s -> s.layout().toString()).orElse(""),
                sequence.map(s -> s.layout().beta() < 1).orElse(false),
                preemptions,
                Duration.ofNanos(start - submitted),
                Duration.ofNanos(first - start),
                Duration.ofNanos(now - first));
    }

    /**
     * A listener that throws loses its request, and nobody else's; an error of foreign code is no error of the engine.
     */
    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            log.warn("Listener of generation {} threw; the generation is cancelled", id, e);
            cancelled = true;
        }
    }
}
