package dev.tidar.hub;

import dev.tidar.api.EngineClosedException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waits that end early when nobody needs the model any more. Tests replace it, so that they wait for nothing.
 *
 * <p>A wait of any kind is a row of short ones, because what ends it (a closed engine) interrupts no thread.
 */
class Stop {

    /** How long a wait may overlook that the model is not needed any more. */
    static final Duration TICK = Duration.ofMillis(50);

    private final BooleanSupplier stopped;

    Stop(BooleanSupplier stopped) {
        this.stopped = stopped;
    }

    /**
     * Returns while the model is needed.
     *
     * @throws EngineClosedException if it is not
     */
    final void requireNeeded() {
        if (stopped.getAsBoolean()) {
            throw new EngineClosedException("the engine was closed while its model was being downloaded");
        }
    }

    /**
     * Waits.
     *
     * @throws EngineClosedException as soon as the model is not needed, or the thread is interrupted
     */
    void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            requireNeeded();
            try {
                Thread.sleep(Math.max(1, Math.min(TICK.toMillis(), left / 1_000_000)));
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        requireNeeded();
    }

    /** The exception for an interrupted wait; the flag of the thread is set again. */
    static EngineClosedException interrupted() {
        Thread.currentThread().interrupt();
        return new EngineClosedException("interrupted while the model was being downloaded");
    }
}
