package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TokenText;
import java.time.Duration;
import java.util.Optional;
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
    private final KeepAlive timer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Condition unloaded = lock.newCondition();
    private volatile Optional<TidarEngine> engine = Optional.empty();
    /** The one that is closed at this moment. */
    private volatile Optional<TidarEngine> leaving = Optional.empty();
    /** The one that was loaded last, which knows its tokens and what it ran on also when it is closed. */
    private volatile Optional<TidarEngine> known = Optional.empty();
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
        this.timer = new KeepAlive(name, keepAlive);
    }

    public String name() {
        return name;
    }

    /** The engine that is loaded or being loaded at this moment. */
    public Optional<TidarEngine> present() {
        return engine;
    }

    /** Begins to load, unless it is loaded or being loaded, and returns the engine that does. */
    public TidarEngine load() {
        TidarEngine loading = enter();
        leave();
        return loading;
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        TidarEngine present = enter();
        boolean submitted = false;
        try {
            awaitLoaded(present);
            Generation generation = present.submit(request, new CountedOut(listener, this::leave));
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
            known = Optional.of(present);
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
            timer.stop();
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
            if (!closed) {
                long seen = uses;
                timer.start(() -> unloadIfUnusedSince(seen));
            }
        } finally {
            lock.unlock();
        }
    }

    private void unloadIfUnusedSince(long seen) {
        lock.lock();
        try {
            if (uses != seen || users > 0 || unloading || closed) {
                return;
            }
            unloading = true;
            takeAway();
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
            takeAway();
        } finally {
            lock.unlock();
        }
        free();
    }

    /** Lets nobody see the engine any more who looks from now on, before it is closed. */
    private void takeAway() {
        leaving = engine;
        engine = Optional.empty();
    }

    /** Closes what was taken away, while new requests wait. */
    private void free() {
        try {
            leaving.ifPresent(TidarEngine::close);
        } finally {
            lock.lock();
            try {
                leaving = Optional.empty();
                unloading = false;
                unloaded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Never that of an engine that is closed to unload it: as soon as that begins, the state is unloaded. */
    @Override
    public Optional<EngineStatus> status() {
        Optional<TidarEngine> seen;
        EngineStatus status;
        do {
            seen = engine;
            status = seen.map(TidarEngine::status)
                    .map(its -> NamedStatus.of(name, its))
                    .orElseGet(() -> NamedStatus.unloaded(name));
        } while (!seen.equals(engine)); // it has changed meanwhile, so the status may be of one that is closed
        return Optional.of(status);
    }

    /** What is loaded; what was loaded last, while nothing is. */
    @Override
    public Optional<Loaded> loaded() {
        return status().flatMap(EngineStatus::loaded)
                .or(() -> known.map(TidarEngine::status).flatMap(EngineStatus::loaded));
    }

    /** Known also while it is unloaded, because an answer may be read when its engine is gone. */
    @Override
    public Optional<TokenText> token(int id) {
        return known.or(() -> engine).flatMap(loaded -> loaded.token(id));
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
            last = engine.or(() -> leaving);
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
        timer.close();
        engine.ifPresent(TidarEngine::close);
        leaving.ifPresent(TidarEngine::close);
    }
}
