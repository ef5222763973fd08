package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.delivery.LogLimit;
import dev.tidar.model.TidarModel;
import dev.tidar.step.StepResult;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how long a forward takes. A slow forward is logged once, with a dump of the engine's threads. A forward
 * beyond the limit is given up, because a device that hangs does not recover.
 *
 * <p>The engine thread calls {@link #begin} and {@link #end}; the watchdog's own thread checks the time.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long IDLE_MILLIS = 3_600_000;

    private final long warningNanos;
    private final long limitNanos;
    private final LongSupplier nanoTime;
    private final Thread thread;
    private final Runnable onWarning;
    private final Runnable onLimit;
    private final LogLimit slow;

    private boolean running;
    /** Whether the watchdog's thread sleeps until a forward wakes it; otherwise it wakes by itself. */
    private boolean idle;

    private boolean warned;
    private boolean givenUp;
    private boolean closed;
    private long since;

    /**
     * Starts the watchdog's thread.
     *
     * @param onWarning called once for each forward beyond the first limit, on the watchdog's thread
     * @param onLimit called once for a forward beyond the second
     */
    Watchdog(long warningNanos, long limitNanos, LongSupplier nanoTime, Runnable onWarning, Runnable onLimit) {
        this.warningNanos = warningNanos;
        this.limitNanos = limitNanos;
        this.nanoTime = nanoTime;
        this.onWarning = onWarning;
        this.onLimit = onLimit;
        this.slow = new LogLimit(nanoTime);
        this.thread = new Thread(this::look, "tidar-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The model with each forward under watch; confined to the engine thread. A forward that comes back after it was
     * given up ends in a {@link DeviceException}.
     */
    TidarModel watched(TidarModel model) {
        return inputs -> {
            begin();
            StepResult result;
            boolean isExpected;
            try {
                result = model.step(inputs);
            } finally {
                isExpected = end();
            }
            if (!isExpected) {
                throw new DeviceException("a forward came back after it was given up", null);
            }
            return result;
        };
    }

    /** Begins the watch over a forward. */
    synchronized void begin() {
        since = nanoTime.getAsLong();
        running = true;
        warned = false;
        if (idle) {
            notifyAll();
        }
    }

    /** Ends the watch over a forward. Returns false if the forward was given up, so that its result is of no use. */
    synchronized boolean end() {
        running = false;
        return !givenUp;
    }

    private void look() {
        try {
            while (awaitLook()) {
                check();
            }
        } catch (InterruptedException e) {
            log.debug("The watchdog was interrupted, which ends it");
        }
    }

    /** Waits until a limit has passed; returns false when the watchdog is closed or has given up. */
    private synchronized boolean awaitLook() throws InterruptedException {
        long millis = millisToLook();
        while (millis > 0 && !closed && !givenUp) {
            idle = !running;
            wait(millis);
            millis = millisToLook();
        }
        idle = false;
        return !closed && !givenUp;
    }

    private long millisToLook() {
        if (!running) {
            return IDLE_MILLIS;
        }
        long left = (warned ? limitNanos : warningNanos) - (nanoTime.getAsLong() - since);
        return left < 0 ? 0 : left / NANOS_PER_MILLI + 1;
    }

    private void check() {
        boolean warn;
        boolean giveUp;
        synchronized (this) {
            long nanos = running ? nanoTime.getAsLong() - since : 0;
            warn = nanos > warningNanos && !warned;
            giveUp = nanos > limitNanos;
            warned |= warn;
            givenUp |= giveUp;
        }
        if (warn) {
            slow.write(more -> log.warn(
                    "A forward has taken longer than {} ms{}. {}",
                    warningNanos / NANOS_PER_MILLI,
                    more,
                    engineThreads()));
            onWarning.run();
        }
        if (giveUp) {
            onLimit.run();
        }
    }

    private static String engineThreads() {
        StringBuilder dump = new StringBuilder("Threads of the engine:");
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            if (entry.getKey().getName().startsWith("tidar-")) {
                dump.append("\n\"%s\" %s"
                        .formatted(entry.getKey().getName(), entry.getKey().getState()));
                for (StackTraceElement frame : entry.getValue()) {
                    dump.append("\n    at ").append(frame);
                }
            }
        }
        return dump.toString();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
