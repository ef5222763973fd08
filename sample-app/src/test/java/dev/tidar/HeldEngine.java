package dev.tidar;

import dev.tidar.api.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** A real engine whose forwards a test can hold, and whose clock it can advance: a device that hangs on command. */
public final class HeldEngine {

    private final AtomicLong advanced = new AtomicLong();
    private final Semaphore inForward = new Semaphore(0);
    private final Semaphore mayGoOn = new Semaphore(0);
    private volatile boolean holds;

    /** Loads a model. */
    public TidarEngine load(Path folder) {
        return TidarEngine.load(
                EngineOptions.builder(folder).threads(1).build(),
                () -> System.nanoTime() + advanced.get(),
                network -> inputs -> {
                    if (holds) {
                        inForward.release();
                        mayGoOn.acquireUninterruptibly();
                    }
                    return network.step(inputs);
                });
    }

    /** Lets the next forward hang. */
    public void hold() {
        inForward.drainPermits();
        mayGoOn.drainPermits();
        holds = true;
    }

    /** Waits until a forward hangs. */
    public void awaitHeld() {
        inForward.acquireUninterruptibly();
    }

    /** Lets it go on, and all after it. */
    public void goOn() {
        holds = false;
        mayGoOn.release();
    }

    public void advance(Duration time) {
        advanced.addAndGet(time.toNanos());
    }
}
