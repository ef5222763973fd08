package dev.tidar.schedule;

import dev.tidar.activity.Activity;
import dev.tidar.api.DeviceException;
import dev.tidar.api.Durations;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.Limits;
import dev.tidar.api.RequestStatus;
import dev.tidar.api.TidarException;
import dev.tidar.decode.ConstraintWork;
import dev.tidar.decode.Decoder;
import dev.tidar.delivery.Deliveries;
import dev.tidar.delivery.LogLimit;
import dev.tidar.draft.Drafter;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.schedule.Lifecycle.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the device. It loads the model, and then runs one engine step after the other in a
 * {@link StepLoop}: the {@link Scheduler} plans, the {@link Decoder} decodes, the scheduler passes on what was emitted.
 *
 * <p>Requests come in through a bounded queue; results go out through listeners. A failure ends the requests of its
 * step. A lasting {@link DeviceException} ends all requests, and the loop too unless a fallback can be loaded; a
 * forward that hangs ends both. {@link #submit}, {@link #drain}, {@link #close} and the readings are thread-safe.
 */
public final class EngineLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

    /** When to try again where listeners have not returned. */
    private static final Duration LISTENER_RETRY = Duration.ofSeconds(5);

    /** How long {@link #close} waits for listeners that have not returned; one that blocks must not keep it. */
    private static final long LISTENER_NANOS = 500_000_000;

    private final Limits limits;
    private final RequestQueue queue;
    private final CopyOnWriteArrayList<ScheduledSequence> running = new CopyOnWriteArrayList<>();
    private final WaitEstimate waits;
    private final LongSupplier nanoTime;
    private final Function<String, ThreadPoolExecutor> background;
    private final Totals totals = new Totals();
    private final Activity activity;
    private final Errands errands = new Errands();
    private final AtomicLong ids = new AtomicLong();
    /**
     * Completes when the model is loaded, but does not hold it: a closed loop that a caller still references must not
     * keep the weights in memory.
     */
    private final CompletableFuture<Boolean> loaded = new CompletableFuture<>();

    private final Thread thread;
    private final Watchdog watchdog;
    /** Counted down when the thread ends, or when it hangs and is given up. */
    private final CountDownLatch over = new CountDownLatch(1);

    private final Lifecycle lifecycle = new Lifecycle();
    private final Deliveries deliveries = new Deliveries();
    private final ScheduledSequence.Listeners listeners;
    private final LogLimit faults;

    /**
     * Starts the engine thread, which loads the model.
     *
     * @param loader runs on the engine thread
     * @param background makes an executor with one thread of a name for work beside the engine thread
     * @param nanoTime a monotonic clock
     */
    public EngineLoop(
            Supplier<Engine> loader,
            Limits limits,
            Function<String, ThreadPoolExecutor> background,
            LongSupplier nanoTime) {
        this.limits = limits;
        this.background = background;
        this.queue = new RequestQueue(limits.maxQueued());
        this.waits = new WaitEstimate(limits.maxRunning());
        this.nanoTime = nanoTime;
        this.activity = new Activity(nanoTime);
        this.faults = new LogLimit(nanoTime);
        this.listeners = new ScheduledSequence.Listeners(deliveries, new LogLimit(nanoTime));
        this.watchdog = new Watchdog(
                Durations.nanos(limits.stallWarning()),
                Durations.nanos(limits.stallLimit()),
                nanoTime,
                totals.stalls::increment,
                this::giveUp);
        this.thread = new Thread(() -> live(loader), "tidar-engine");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Waits until the model is loaded.
     *
     * @throws TidarException the failure of loading; an {@link EngineClosedException} if the engine is closed before,
     *     or if the thread is interrupted, whose flag is then set again
     */
    public void awaitLoaded() {
        try {
            loaded.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineClosedException("interrupted while the model was being loaded");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TidarException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        }
    }

    /** Whether a model that is being loaded would serve nobody, so that loading it should stop. */
    public boolean needsNoModel() {
        return lifecycle.needsNoModel();
    }

    /**
     * Queues a request.
     *
     * @throws EngineBusyException if the model is still being loaded, the queue is full, or too many listeners of
     *     requests that have ended have not returned
     * @throws EngineClosedException if the engine is closed, closing or dead
     */
    public Generation submit(Admission admission, GenerationListener listener) {
        Objects.requireNonNull(listener, "listener");
        requireOpen();
        requireListenersReturn();
        ScheduledSequence request =
                new ScheduledSequence(ids.incrementAndGet(), admission, listener, listeners, nanoTime, totals);
        if (queue.size() == 0 && running.isEmpty()) {
            activity.begins();
        }
        if (!queue.offer(request, Math.max(0, limits.maxRunning() - running.size()))) {
            totals.rejected.increment();
            int waiting = queue.size();
            throw new EngineBusyException(
                    "the queue is full: %d requests wait already; try again later".formatted(waiting),
                    waits.after(waiting));
        }
        if (lifecycle.isOver()) {
            endQueued(); // it may have come after the last look into the queue
        }
        return request;
    }

    /** A listener that does not return holds a thread and its answer, so there must not be ever more of them. */
    private void requireListenersReturn() {
        int unheard = deliveries.unheard();
        if (unheard > (long) limits.maxRunning() + limits.maxQueued()) {
            totals.rejected.increment();
            throw new EngineBusyException(
                    "%d listeners of requests that have ended have not returned; try again later".formatted(unheard),
                    LISTENER_RETRY);
        }
    }

    /**
     * Returns normally while the engine takes requests.
     *
     * @throws EngineBusyException if the model is still being loaded
     * @throws EngineClosedException if the engine is closed, closing or dead
     */
    public void requireOpen() {
        lifecycle.requireOpen();
    }

    private void live(Supplier<Engine> loader) {
        try {
            Engine engine = loader.get();
            lifecycle.enter(Phase.SERVING);
            loaded.complete(true);
            Optional<DeviceException> failure = serveAndRelease(engine);
            while (failure.isPresent()) {
                lifecycle.enter(Phase.RELOADING);
                forgetBlocks(failure.get());
                engine = engine.fallback().apply(failure.get());
                lifecycle.enter(Phase.SERVING);
                failure = serveAndRelease(engine);
            }
        } catch (EngineClosedException e) { // nobody needs the model that was being loaded
            log.info("The model is not loaded any further: {}", e.getMessage());
            loaded.completeExceptionally(e);
        } catch (Exception | Error e) { // callers that wait must be notified, whatever a callback of loading throws
            TidarException cause = StepLoop.typed(e);
            lifecycle.die(cause);
            if (!loaded.completeExceptionally(cause)) {
                log.error("The engine has failed and serves no more requests", e);
            }
        } finally {
            lifecycle.enter(Phase.CLOSED);
            watchdog.close();
            endQueued();
            errands.giveUp();
            over.countDown();
        }
    }

    /**
     * Makes waiting requests forget their blocks, which belong to an engine that is gone. Requests that were preempted
     * fail, because their answer was begun on the device that failed.
     */
    private void forgetBlocks(DeviceException failure) {
        for (ScheduledSequence begun : queue.removeIf(ScheduledSequence::forgetBlocks)) {
            begun.fail(failure);
        }
    }

    /** Serves until the loop closes or the device fails; returns the failure of the device. */
    private Optional<DeviceException> serveAndRelease(Engine engine) {
        try (ConstraintWork work = ConstraintWork.onOtherThreads(background, queue::wake)) {
            Decoder decoder = new Decoder(watchdog.watched(engine.model()), engine.maskToken(), work);
            Scheduler scheduler = new Scheduler(engine, decoder, limits, queue, running, waits, faults);
            Optional<Drafter> drafter =
                    engine.draftModel().map(model -> new Drafter(model.with(watchdog::watched), activity::now));
            new StepLoop(scheduler, decoder, drafter, work, queue, lifecycle, faults, activity).run(engine, errands);
            return Optional.empty();
        } catch (DeviceException e) {
            if (lifecycle.death().isPresent()) {
                throw e; // it hung and was given up before it failed
            }
            return Optional.of(e);
        } finally {
            try {
                engine.release().run();
            } catch (DeviceException e) {
                log.error("The device could not be given back", e);
            }
        }
    }

    /**
     * Gives up a device that hangs. The watchdog calls it, so it touches no sequence; the engine thread may never
     * return.
     */
    private void giveUp() {
        DeviceException failure = new DeviceException(
                "a forward has taken longer than the limit of %d ms; the device hangs"
                        .formatted(limits.stallLimit().toMillis()),
                null);
        log.error("The engine is dead: {}", failure.getMessage());
        lifecycle.die(failure);
        running.forEach(s -> s.fail(failure));
        endQueued();
        errands.giveUp();
        over.countDown();
    }

    /** Ends all requests that still wait, so that none is left without an end. */
    private void endQueued() {
        for (ScheduledSequence s : queue.removeIf(s -> true)) {
            s.fail(new EngineClosedException(lifecycle
                    .death()
                    .map(cause -> "the engine is dead: " + cause.getMessage())
                    .orElse("the engine was closed while the request waited")));
        }
    }

    /** What the engine is doing, without regard to fallbacks. */
    public EngineState state() {
        return lifecycle.state();
    }

    /** The failure that ended the engine; empty if it was closed or still lives. */
    public Optional<TidarException> death() {
        return lifecycle.death();
    }

    /** The number of requests that wait. */
    public int queued() {
        return queue.size();
    }

    /** The number of requests that are decoded now. */
    public int running() {
        return running.size();
    }

    /** Counts since the engine was loaded. */
    public EngineStatus.Totals totals() {
        return totals.snapshot();
    }

    /** What the engine is busy with and how it gets on. */
    public EngineActivity activity() {
        List<RequestStatus> requests = Stream.concat(
                        running.stream().map(s -> s.status(false)),
                        queue.all().stream().map(s -> s.status(true)))
                .toList();
        return activity.snapshot(requests, limits);
    }

    /**
     * Drops all blocks of the prefix cache that no sequence leases, between two steps; those that are leased are no
     * longer found.
     *
     * @return the number of blocks that were known
     * @throws EngineBusyException if the model is still being loaded
     * @throws EngineClosedException if the engine is closed, closing or dead, or the thread is interrupted
     */
    public int clearPrefixCache() {
        requireOpen();
        return errands.ask(EngineLoop::clear, () -> {
            queue.wake();
            return !lifecycle.isOver();
        });
    }

    private static int clear(List<KvCache> caches) {
        return caches.stream()
                .flatMap(kv -> kv.prefixes().stream())
                .mapToInt(PrefixCache::clear)
                .sum();
    }

    /**
     * Rejects new requests, waits until the requests that are there have ended, but no longer than the limit, and then
     * closes. A callback on the engine thread, such as that of loading, cannot wait for itself: there it closes at
     * once.
     *
     * @return whether all requests came to their end
     */
    public boolean drain(Duration limit) throws InterruptedException {
        long nanos = Durations.nanos(limit);
        long begin = System.nanoTime();
        lifecycle.enter(Phase.DRAINING);
        queue.wake();
        boolean drained = Thread.currentThread() != thread
                && over.await(nanos, TimeUnit.NANOSECONDS)
                && lifecycle.death().isEmpty()
                && deliveries.await(nanos - (System.nanoTime() - begin));
        close();
        return drained;
    }

    /**
     * Ends all requests at once, also where a forward still runs, and frees the device. A model that is being loaded is
     * loaded no further than to the end of the present stage. Waits for it, unless a listener calls it or the device
     * hangs, and then until the listeners have heard of the end, but not long where one does not return.
     */
    @Override
    public void close() {
        lifecycle.enter(Phase.CLOSED);
        running.forEach(s -> s.fail(new EngineClosedException("the engine was closed while the request ran")));
        endQueued();
        queue.wake();
        boolean interrupted = false;
        boolean waiting = Thread.currentThread() != thread && !deliveries.isOnListenerThread();
        while (waiting) {
            try {
                over.await();
                deliveries.await(LISTENER_NANOS);
                waiting = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        deliveries.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
