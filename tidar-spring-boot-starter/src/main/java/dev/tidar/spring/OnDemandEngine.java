package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.TokenText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An engine that is loaded when a request needs it, and unloaded when none has for some time. A request that comes
 * while the model is loaded or unloaded waits for that, so that none is lost. Thread-safe.
 */
public final class OnDemandEngine implements ModelEngine, AutoCloseable {

    private final String name;
    private final Supplier<TidarEngine> loader;
    private final Duration keepAlive;
    private final ScheduledExecutorService clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Condition unloaded = lock.newCondition();
    private volatile Optional<TidarEngine> engine = Optional.empty();
    /** Requests that are there or about to be submitted. */
    private int users;
    /** Counts what has used the engine, so that a timer finds out whether anything has since it was set. */
    private long uses;

    private boolean unloading;
    private boolean closed;

    /**
     * @param name name of the model, for status and requests
     * @param loader starts an engine; called under a lock, so it returns at once
     * @param keepAlive how long the engine stays loaded after its last request; negative is for ever
     */
    public OnDemandEngine(String name, Supplier<TidarEngine> loader, Duration keepAlive) {
        this.name = name;
        this.loader = loader;
        this.keepAlive = keepAlive;
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "tidar-keep-alive-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    public String name() {
        return name;
    }

    /** The engine that is loaded or being loaded at this moment. */
    public Optional<TidarEngine> present() {
        return engine;
    }

    /** Begins to load, unless it is loaded or being loaded. */
    public void load() {
        enter();
        leave();
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        TidarEngine present = enter();
        boolean submitted = false;
        try {
            awaitLoaded(present);
            Generation generation = present.submit(request, new Leaving(listener));
            submitted = true;
            return generation;
        } finally {
            if (!submitted) {
                leave();
            }
        }
    }

    /**
     * An engine that could not be loaded is given up, so that the next request tries again. An interrupt ends the
     * waiting of its own thread alone: others may wait for the same engine.
     */
    private void awaitLoaded(TidarEngine present) {
        try {
            present.awaitLoaded();
        } catch (RuntimeException failure) {
            boolean onlyInterrupted = failure instanceof EngineClosedException
                    && Thread.currentThread().isInterrupted();
            if (!onlyInterrupted) {
                giveUp(present);
            }
            throw failure;
        }
    }

    private void giveUp(TidarEngine failed) {
        lock.lock();
        try {
            if (engine.filter(e -> e == failed).isPresent()) {
                engine = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        failed.close();
    }

    /** Counts a user in, and makes sure that there is an engine. */
    private TidarEngine enter() {
        lock.lock();
        try {
            while (unloading) {
                unloaded.awaitUninterruptibly();
            }
            if (closed) {
                throw new EngineClosedException("the engine of %s is closed".formatted(name));
            }
            TidarEngine present = engine.orElseGet(loader);
            engine = Optional.of(present);
            users++;
            uses++;
            return present;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a user out; the last one sets the timer. */
    private void leave() {
        lock.lock();
        try {
            users--;
            if (users > 0) {
                return;
            }
            idle.signalAll();
            if (!keepAlive.isNegative() && !closed) {
                long seen = uses;
                var unused = clock.schedule(() -> unloadIfUnusedSince(seen), keepAlive.toNanos(), TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private void unloadIfUnusedSince(long seen) {
        lock.lock();
        try {
            if (uses != seen || users > 0 || unloading) {
                return;
            }
            unloading = true;
        } finally {
            lock.unlock();
        }
        free();
    }

    @Override
    public void unload() {
        lock.lock();
        try {
            while (unloading) {
                unloaded.awaitUninterruptibly();
            }
            unloading = true;
            while (users > 0) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        free();
    }

    /** Closes an engine that has no requests, while new ones wait. */
    private void free() {
        try {
            engine.ifPresent(TidarEngine::close);
        } finally {
            lock.lock();
            try {
                engine = Optional.empty();
                unloading = false;
                unloaded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public Optional<EngineStatus> status() {
        return Optional.of(engine.map(TidarEngine::status).map(this::named).orElseGet(this::unloadedStatus));
    }

    private EngineStatus named(EngineStatus status) {
        return new EngineStatus(
                status.state(),
                name,
                status.loading(),
                status.loaded(),
                status.queued(),
                status.running(),
                status.totals(),
                status.activity(),
                status.failure());
    }

    private EngineStatus unloadedStatus() {
        return new EngineStatus(
                EngineState.UNLOADED,
                name,
                new LoadProgress("not loaded", 0),
                Optional.empty(),
                0,
                0,
                EngineStatus.Totals.NONE,
                EngineActivity.NONE,
                Optional.empty());
    }

    /** Empty while it is not loaded. */
    @Override
    public Optional<TokenText> token(int id) {
        return engine.flatMap(present -> present.token(id));
    }

    @Override
    public int clearPrefixCache() {
        return engine.map(TidarEngine::clearPrefixCache).orElse(0);
    }

    /** Holds until the engine is unloaded. */
    @Override
    public void decodeBy(Decoding decoding) {
        engine.orElseThrow(() -> new EngineClosedException("%s is not loaded".formatted(name)))
                .decodeBy(decoding);
    }

    /**
     * Shuts down gently, as {@link TidarEngine#drain}; no request loads the model again.
     *
     * @return whether all requests came to their end; an engine that is not loaded has none
     * @throws InterruptedException if interrupted; the engine still has to be closed then
     */
    public boolean drain(Duration limit) throws InterruptedException {
        Optional<TidarEngine> last;
        lock.lock();
        try {
            closed = true;
            last = engine;
        } finally {
            lock.unlock();
        }
        return last.isEmpty() || last.get().drain(limit);
    }

    /** Ends all requests and frees the device; no request loads the model again. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        clock.shutdownNow();
        engine.ifPresent(TidarEngine::close);
    }

    /** Passes everything on, and counts its request out once the listener has heard of the end. */
    private final class Leaving implements GenerationListener {

        private final GenerationListener listener;
        private final AtomicBoolean left = new AtomicBoolean();

        Leaving(GenerationListener listener) {
            this.listener = listener;
        }

        @Override
        public void onStarted(Start start) {
            listener.onStarted(start);
        }

        @Override
        public void onChunk(TokenChunk chunk) {
            listener.onChunk(chunk);
        }

        @Override
        public void onFinished(GenerationResult result) {
            try {
                listener.onFinished(result);
            } finally {
                leaveOnce();
            }
        }

        @Override
        public void onFailed(TidarException failure) {
            try {
                listener.onFailed(failure);
            } finally {
                leaveOnce();
            }
        }

        private void leaveOnce() {
            if (!left.getAndSet(true)) {
                leave();
            }
        }
    }
}
