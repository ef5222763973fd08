package dev.tidar.schedule;

import dev.tidar.api.Answer;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.RequestStatus;
import dev.tidar.api.RequestStatus.Phase;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.RunningSequence;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.Turn;
import dev.tidar.delivery.Deliveries;
import dev.tidar.delivery.Delivery;
import dev.tidar.delivery.LogLimit;
import dev.tidar.draft.DraftModel;
import dev.tidar.emission.AnswerStream;
import dev.tidar.kvcache.KvCache;
import java.time.Duration;
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
 * A request on its way through the engine: it waits, runs, may be preempted and wait again, and ends exactly once. As a
 * {@link Generation} it may be used by any thread, and any thread may {@link #fail} it or ask for its {@link #status};
 * all other methods are confined to the engine thread.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes; the others only read
final class ScheduledSequence implements Generation {

    private static final Logger log = LoggerFactory.getLogger(ScheduledSequence.class);

    /**
     * What calling the listeners of an engine takes.
     *
     * @param deliveries the threads on which they are called
     * @param faults limits the lines about those that throw
     */
    record Listeners(Deliveries deliveries, LogLimit faults) {}

    private final long id;
    private final Admission admission;
    private final Delivery delivery;
    private final LongSupplier nanoTime;
    private final Totals totals;
    private final CompletableFuture<GenerationResult> end = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AnswerStream answer;
    private final long submitted;
    private volatile boolean hasRun;
    private long started;
    private volatile int cachedTokens;
    private volatile int preemptions;
    private volatile int delivered;
    private volatile Optional<StepLayout> layout = Optional.empty();
    private OptionalLong firstToken = OptionalLong.empty();
    /** Rows of the prompt, or of tokens that are computed again, since the last chunk. */
    private int promptRows;
    /** Rows of the draft pass that the step under way began with. */
    private int draftPassRows;

    private Optional<RunningSequence> sequence = Optional.empty();
    private volatile boolean cancelled;

    /**
     * @param listeners the threads on which the listener is called
     * @param nanoTime a monotonic clock
     */
    ScheduledSequence(
            long id,
            Admission admission,
            GenerationListener listener,
            Listeners listeners,
            LongSupplier nanoTime,
            Totals totals) {
        this.id = id;
        this.totals = totals;
        this.admission = admission;
        this.answer = admission.answer().get();
        this.delivery = listeners.deliveries().to(listener, fault -> {
            cancelled = true;
            listeners
                    .faults()
                    .write(more -> log.warn(
                            "The listener of generation {} threw; the generation is cancelled{}", id, more, fault));
        });
        this.nanoTime = nanoTime;
        this.submitted = nanoTime.getAsLong();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public int promptTokens() {
        return admission.request().prompt().size();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public GenerationResult await() throws InterruptedException {
        try {
            delivery.await(); // so that the listener has heard all when the caller goes on
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

    /** Whether it has started to run; a preempted request waits again but has run. */
    boolean hasRun() {
        return hasRun;
    }

    /** The number of nanoseconds since it was submitted. */
    long ageNanos() {
        return nanoTime.getAsLong() - submitted;
    }

    /** The number of nanoseconds since it started to run. */
    long runNanos() {
        return nanoTime.getAsLong() - started;
    }

    /** How long it may take from its submission; empty for no limit. */
    Optional<Duration> timeout() {
        return admission.timeout();
    }

    /** Its sequence, made when it is first asked for. */
    RunningSequence prepare(KvCache kv, Optional<DraftModel> draftModel) {
        if (sequence.isEmpty()) {
            LayoutChoice layouts = admission.layouts().get();
            sequence = Optional.of(new RunningSequence(
                    admission.request(),
                    layouts,
                    kv.table(admission.cacheSalt()),
                    answer,
                    draftModel
                            .filter(model -> layouts.usesDraftModel())
                            .flatMap(model -> model.sequence(admission.request().prompt(), admission.cacheSalt()))));
        }
        return runningSequence();
    }

    /**
     * Starts to run; has no effect if it has run before.
     *
     * @param found tokens that were found in the prefix cache
     */
    void run(int found) {
        if (hasRun) {
            return;
        }
        started = nanoTime.getAsLong();
        cachedTokens = found;
        hasRun = true;
        totals.promptTokens.add(promptTokens());
        totals.cachedTokens.add(found);
        var start = new GenerationListener.Start(promptTokens(), found);
        delivery.post(listener -> listener.onStarted(start));
    }

    /** Gives its blocks to other sequences and waits again. */
    void preempt() {
        preemptions++;
        totals.preemptions.increment();
        promptRows = 0;
        draftPassRows = 0;
        runningSequence().preempt();
    }

    /**
     * Forgets the blocks that a waiting request has seen, because their pool is gone.
     *
     * @return whether it has run before, so that it cannot begin again elsewhere
     */
    boolean forgetBlocks() {
        if (!hasRun) {
            release();
            sequence = Optional.empty();
        }
        return hasRun;
    }

    RunningSequence runningSequence() {
        return sequence.orElseThrow();
    }

    /** Whether tokens other than its anchor must be computed. */
    boolean needsPrefill() {
        return runningSequence().sequence().needsPrefill();
    }

    /** The number of tokens that are not in the cache yet, the anchor included. */
    int uncomputed() {
        return runningSequence().sequence().uncomputed();
    }

    /**
     * Passes on what a step emitted.
     *
     * @param turn its part in the step
     */
    void deliver(Turn turn) {
        if (turn.rows().isDraftPass()) {
            draftPassRows = turn.rows().rows();
        } else {
            promptRows += turn.rows().exactTokens().size() - turn.rows().verifyRows();
        }
        TokenChunk chunk = answer.takeChunk(numSteps());
        if (ended.get() || chunk.tokens().isEmpty()) {
            return;
        }
        Turn.Origin origin = turn.origin(promptRows, draftPassRows);
        promptRows = 0;
        draftPassRows = 0;
        if (firstToken.isEmpty()) {
            firstToken = OptionalLong.of(nanoTime.getAsLong());
        }
        totals.tokens.add(chunk.tokens().size());
        delivered += chunk.tokens().size();
        layout = Optional.of(runningSequence().layout());
        delivery.post(listener -> listener.onChunk(chunk.withOrigin(origin.of(chunk.tokens()))));
    }

    /**
     * Where it stands; any thread may ask.
     *
     * @param isQueued whether it waits
     */
    RequestStatus status(boolean isQueued) {
        Phase phase = isQueued ? Phase.QUEUED : delivered == 0 ? Phase.PREFILL : Phase.DECODE;
        return new RequestStatus(
                id,
                phase,
                promptTokens(),
                cachedTokens,
                delivered,
                layout.map(StepLayout::toString).orElse(""),
                preemptions,
                Duration.ofNanos(ageNanos()));
    }

    private int numSteps() {
        return sequence.map(s -> s.stats().steps()).orElse(0);
    }

    /**
     * Ends it with the tokens it has, or with a failure if these are not the calls that it requires; has no effect if
     * it has ended already.
     */
    void finish(FinishReason reason) {
        if (ended.getAndSet(true)) {
            return;
        }
        try {
            TokenChunk rest = answer.finish(numSteps(), reason);
            Optional<TidarException> failure = answer.failure(reason);
            if (failure.isPresent()) {
                endWithout(failure.get());
                return;
            }
            if (!rest.parts().isEmpty()) {
                delivery.post(listener -> listener.onChunk(rest));
            }
            GenerationResult result = result(reason);
            (reason == FinishReason.CANCELLED ? totals.cancelled : totals.finished).increment();
            end.complete(result);
            delivery.postLast(listener -> listener.onFinished(result));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            endWithout(new GenerationFailedException("the answer could not be completed: " + e, e));
        }
    }

    private GenerationResult result(FinishReason reason) {
        Answer whole = answer.answer();
        return new GenerationResult(
                sequence.map(s -> s.sequence().emitted()).orElseGet(List::of),
                answer.text(),
                whole,
                reason == FinishReason.STOP && !whole.toolCalls().isEmpty() ? FinishReason.TOOL_CALLS : reason,
                answer.closedByLimit(),
                admission.request().params().seed(),
                answer.logProbs(),
                stats());
    }

    /** Ends it without a result; has no effect if it has ended already. Its blocks are left to the engine thread. */
    void fail(TidarException failure) {
        if (!ended.getAndSet(true)) {
            endWithout(failure);
        }
    }

    private void endWithout(TidarException failure) {
        (failure.isTransient() ? totals.rejected : totals.failed).increment();
        end.completeExceptionally(failure);
        delivery.postLast(listener -> listener.onFailed(failure));
    }

    /** Gives back the blocks that it holds. */
    void release() {
        sequence.ifPresent(RunningSequence::close);
    }

    private GenerationStats stats() {
        long now = nanoTime.getAsLong();
        long start = hasRun ? started : now;
        long first = firstToken.orElse(now);
        return new GenerationStats(
                promptTokens(),
                cachedTokens,
                sequence.map(s -> s.sequence().numEmitted()).orElse(0),
                sequence.map(s -> s.stats().forwards()).orElse(0),
                sequence.map(RunningSequence::draftForwards).orElse(0),
                sequence.map(s -> s.stats().kept()).orElseGet(List::of),
                sequence.map(s -> s.layout().toString()).orElse(""),
                sequence.map(s -> s.layout().beta() < 1).orElse(false),
                preemptions,
                Duration.ofNanos(start - submitted),
                Duration.ofNanos(first - start),
                Duration.ofNanos(now - first));
    }
}
