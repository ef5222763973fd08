package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coming and going of the engine of one model, and who uses it meanwhile. A user enters before it submits a request
 * and leaves when the request has ended. Thread-safe.
 */
final class EnginePresence implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EnginePresence.class);

    private final String name;
    private final Supplier<TidarEngine> loader;
    private final KeepAlive timer;

    private final ReentrantLock lock = new ReentrantLock();
    private final EngineUsers users = new EngineUsers(lock);
    private final Condition unloaded = lock.newCondition();
    private volatile Optional<TidarEngine> engine = Optional.empty();
    /** The one that is closed at this moment. */
    private volatile Optional<TidarEngine> leaving = Optional.empty();
    /** The one that was loaded last, which knows its tokens and what it ran on also when it is closed. */
    private volatile Optional<TidarEngine> known = Optional.empty();
    /** Why there is no engine; empty where there need not be one. */
    private volatile Optional<String> failure = Optional.empty();

    private boolean unloading;
    private boolean closed;

    /** As {@link OnDemandEngine}. */
    EnginePresence(String name, Supplier<TidarEngine> loader, Duration keepAlive) {
        this.name = name;
        this.loader = loader;
        this.timer = new KeepAlive(name, keepAlive);
    }

    /** The engine that is loaded or being loaded at this moment. */
    Optional<TidarEngine> engine() {
        return engine;
    }

    /** The one that was loaded last, also when it is closed. */
    Optional<TidarEngine> known() {
        return known;
    }

    /** Why the last one could not be loaded or has died; empty where none need be there, and once one is loaded. */
    Optional<String> failure() {
        return failure;
    }

    /**
     * Waits until it is loaded, or gives it up because it could not be. An interrupt ends the waiting of its own thread
     * alone: others may wait for the same engine.
     */
    void awaitLoaded(TidarEngine present) {
        try {
            present.awaitLoaded();
        } catch (RuntimeException e) {
            giveUpIfDead(present);
            throw e;
        }
        locked(() -> {
            if (isPresent(present)) {
                known = engine;
                failure = Optional.empty();
            }
        });
    }

    /** One that could not be loaded or has died is given up, so that the next request tries again. */
    void giveUpIfDead(TidarEngine present) {
        EngineStatus status = present.status();
        if (status.state() != EngineState.DEAD) {
            return;
        }
        boolean isGivenUp = locked(() -> {
            boolean isServed = !closed && isPresent(present);
            if (isServed) {
                failure = status.failure();
                engine = Optional.empty();
            }
            return isServed;
        });
        if (isGivenUp) {
            present.close();
        }
    }

    private boolean isPresent(TidarEngine one) {
        return engine.filter(present -> present == one).isPresent();
    }

    /**
     * Counts a user in, and makes sure that there is an engine. Waits while one is unloaded.
     *
     * @throws EngineClosedException if it is closed, or the thread interrupted meanwhile
     */
    TidarEngine enter() {
        return locked(() -> {
            awaitUnloaded();
            if (closed) {
                throw new EngineClosedException("the engine of %s is closed".formatted(name));
            }
            TidarEngine present = engine.orElseGet(this::begin);
            timer.stop();
            users.enter();
            return present;
        });
    }

    /** To be called with the lock. */
    private TidarEngine begin() {
        TidarEngine begun = loader.get();
        engine = Optional.of(begun);
        var thread = new Thread(() -> awaitEndOfLoading(begun), "tidar-load-" + name);
        thread.setDaemon(true);
        thread.start();
        return begun;
    }

    /** Sees to an engine that no request waits for. */
    private void awaitEndOfLoading(TidarEngine begun) {
        try {
            awaitLoaded(begun);
        } catch (RuntimeException e) {
            log.debug("{} was not loaded", name, e); // whoever loads it says why
        }
        locked(this::setTimer);
    }

    /**
     * Tells that one that has entered is about to submit no more.
     *
     * @param stays whether it was submitted, and stays a user until it leaves
     */
    void endEntering(boolean stays) {
        locked(() -> {
            users.entered();
            if (!stays) {
                leave();
            }
        });
    }

    /** Counts a user out; the last one sets the timer. */
    void leave() {
        locked(() -> {
            users.leave();
            setTimer();
        });
    }

    /**
     * To be called with the lock. Has no effect while the engine is in use, or not yet known because it is being
     * loaded.
     */
    private void setTimer() {
        if (users.isEmpty() && !closed && engine.isPresent() && engine.equals(known)) {
            long seen = users.uses();
            timer.start(() -> unloadIfUnusedSince(seen));
        }
    }

    private void unloadIfUnusedSince(long seen) {
        unloadIf(() -> users.uses() == seen && !unloading && !closed);
    }

    /** As {@link ModelEngine#unload}. */
    void unload() {
        unloadIf(() -> {
            awaitUnloaded();
            return !closed && awaitUsers();
        });
    }

    /** @param isUnused asked with the lock */
    private void unloadIf(BooleanSupplier isUnused) {
        boolean isTaken = locked(() -> {
            boolean isDue = isUnused.getAsBoolean();
            if (isDue) {
                takeAway();
            }
            return isDue;
        });
        if (isTaken) {
            free();
        }
    }

    /** Returns false if the engine is closed meanwhile. To be called with the lock. */
    private boolean awaitUsers() {
        unloading = true; // so that nobody enters
        boolean isUnused = false;
        try {
            users.awaitEnd(this::hasRequests, () -> closed);
            isUnused = !closed;
            return isUnused;
        } catch (InterruptedException e) {
            throw interrupted("while requests came to their end, so the model stays loaded");
        } finally {
            if (!isUnused) {
                unloading = false;
                unloaded.signalAll();
            }
        }
    }

    /** To be called with the lock. */
    private void awaitUnloaded() {
        try {
            while (unloading && !closed) {
                unloaded.await();
            }
        } catch (InterruptedException e) {
            throw interrupted("while the model was being unloaded");
        }
    }

    private boolean hasRequests() {
        return engine.map(TidarEngine::status)
                .filter(status -> status.queued() + status.running() > 0)
                .isPresent();
    }

    private static EngineClosedException interrupted(String meanwhile) {
        Thread.currentThread().interrupt();
        return new EngineClosedException("interrupted " + meanwhile);
    }

    /** Lets nobody see the engine any more who looks from now on, before it is closed. To be called with the lock. */
    private void takeAway() {
        unloading = true;
        leaving = engine;
        engine = Optional.empty();
    }

    /** Closes what was taken away, while new requests wait. */
    private void free() {
        try {
            leaving.ifPresent(TidarEngine::close);
        } finally {
            locked(() -> {
                leaving = Optional.empty();
                unloading = false;
                unloaded.signalAll();
            });
        }
    }

    /** As {@link OnDemandEngine#drain}. */
    boolean drain(Duration limit) throws InterruptedException {
        Optional<TidarEngine> last = locked(() -> {
            endWaiting();
            return engine.or(() -> leaving);
        });
        return last.isEmpty() || last.get().drain(limit);
    }

    /** Ends all requests and frees the device; no request loads the model again. */
    @Override
    public void close() {
        locked(this::endWaiting);
        timer.close();
        engine.ifPresent(TidarEngine::close);
        leaving.ifPresent(TidarEngine::close);
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody waits here. To be called with the lock. */
    private void endWaiting() {
        closed = true;
        users.wake();
        unloaded.signalAll();
    }
}
