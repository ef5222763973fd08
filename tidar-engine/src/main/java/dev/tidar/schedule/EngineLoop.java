package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.TidarException;
import dev.tidar.decode.AdaptiveLayouts.Standing;
import dev.tidar.model.StepResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the device: it loads the model, and then plans, runs and applies one engine step after the
 * other.
 *
 * <p>Requests come in through a bounded queue; results go out through listeners. A failure ends the requests of its
 * step, a {@link DeviceException} ends all and the loop with them. {@link #submit}, {@link #close} and the readings are
 * thread-safe.
 */
public final class EngineLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

    private final LinkedBlockingQueue<ScheduledSequence> queue;
    private final LongSupplier nanoTime;
    private final AtomicLong ids = new AtomicLong();
    private final CompletableFuture<Engine> loaded = new CompletableFuture<>();
    private final Thread thread;
    private final Object monitor = new Object();

    private volatile boolean closing;
    private volatile boolean dead;
    private volatile int running;
    private volatile List<Standing> standings = List.of();

    /**
     * Starts the thread and loads.
     *
     * @param loader runs on the engine thread
     * @param maxQueued requests that wait at most
     * @param nanoTime a monotonic clock
     */
    public EngineLoop(Supplier<Engine> loader, int maxQueued, LongSupplier nanoTime) {
        this.queue = new LinkedBlockingQueue<>(maxQueued);
        this.nanoTime = nanoTime;
        this.thread = new Thread(() -> live(loader), "tidar-engine");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Waits until the model is loaded.
     *
     * @throws TidarException what loading failed with
     */
    public void awaitLoaded() {
        try {
            loaded.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TidarException failure) {
                throw failure;
            }
            if (e.getCause() instanceof OutOfMemoryError) {
                throw new DeviceException("the Java heap is too small for this model; raise -Xmx", e.getCause());
            }
            throw e;
        }
    }

    /**
     * Queues a request.
     *
     * @throws EngineBusyException if the queue is full
     * @throws EngineClosedException if the engine is closed or dead
     */
    public Generation submit(Admission admission, GenerationListener listener) {
        ScheduledSequence request = new ScheduledSequence(ids.incrementAndGet(), admission, listener, nanoTime);
        synchronized (monitor) {
            requireOpen();
            if (!queue.offer(request)) {
                throw new EngineBusyException(
                        "the queue is full: %d requests wait already; try again later".formatted(queue.size()));
            }
            monitor.notifyAll();
        }
        return request;
    }

    /**
     * Does nothing while requests are taken.
     *
     * @throws EngineClosedException if the engine is closed or dead
     */
    public void requireOpen() {
        if (closing) {
            throw new EngineClosedException("the engine is closed");
        }
        if (dead) {
            throw new EngineClosedException("the engine is dead: its device failed");
        }
    }

    private void live(Supplier<Engine> loader) {
        try {
            Engine engine = loader.get();
            try {
                standings = engine.layouts().standings();
                loaded.complete(engine);
                serve(engine);
            } finally {
                engine.release().run();
            }
        } catch (RuntimeException | Error e) { // whoever waits for the model or for a request must hear of it
            if (!loaded.completeExceptionally(e)) {
                log.error("The engine thread failed", e);
            }
        } finally {
            synchronized (monitor) {
                dead = true;
            }
            endQueued();
        }
    }

    private void serve(Engine engine) {
        Scheduler scheduler = new Scheduler(engine.decoder(), engine.pool(), engine.blockTokens());
        try {
            while (awaitWork(scheduler)) {
                step(scheduler);
                running = scheduler.numRunning();
                standings = engine.layouts().standings();
            }
        } catch (InterruptedException e) {
            log.debug("The engine thread was interrupted, which closes it");
        } finally {
            scheduler.failRunning(new EngineClosedException("the engine was closed while the request ran"));
            running = 0;
        }
    }

    /** Whether there is work; waits for it while there is none, and ends when the engine closes. */
    private boolean awaitWork(Scheduler scheduler) throws InterruptedException {
        synchronized (monitor) {
            while (!closing && queue.isEmpty() && scheduler.numRunning() == 0) {
                monitor.wait();
            }
            return !closing;
        }
    }

    private void step(Scheduler scheduler) {
        try {
            Scheduler.StepPlan plan = scheduler.plan(queue);
            if (!plan.sequences().isEmpty()) {
                long begin = nanoTime.getAsLong();
                StepResult result = scheduler.run(plan);
                scheduler.apply(plan, result, nanoTime.getAsLong() - begin);
            }
        } catch (DeviceException e) {
            scheduler.failRunning(e);
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            log.error("An engine step failed; its requests end, the engine goes on", e);
            scheduler.failRunning(new GenerationFailedException("the engine step failed: " + e, e));
        }
    }

    /** No request is left without an end. */
    private void endQueued() {
        for (ScheduledSequence s = queue.poll(); s != null; s = queue.poll()) {
            s.fail(new EngineClosedException("the engine was closed while the request waited"));
        }
    }

    /** Requests that wait. */
    public int queued() {
        return queue.size();
    }

    /** Requests that are decoded now. */
    public int running() {
        return running;
    }

    /** How the layouts stand that auto chooses from; empty before the model is loaded. */
    public List<Standing> standings() {
        return standings;
    }

    /** Whether the thread has ended, by {@link #close} or by a failed device. */
    public boolean isDead() {
        return dead;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosing() {
        return closing;
    }

    /** Ends all requests and frees the device; waits for both, but for a call from a listener. */
    @Override
    public void close() {
        synchronized (monitor) {
            closing = true;
            monitor.notifyAll();
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
