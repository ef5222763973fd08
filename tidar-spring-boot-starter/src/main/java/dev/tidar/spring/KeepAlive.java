package dev.tidar.spring;

import dev.tidar.api.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer of an engine that is idle. It can be set for one action at a time, and the last one counts; an action that
 * has begun goes on. Confined to a lock of its owner, except for {@link #close}.
 */
final class KeepAlive implements AutoCloseable {

    private final Duration time;
    private final ScheduledThreadPoolExecutor clock;
    private Optional<Future<?>> set = Optional.empty();

    /**
     * @param name name of the model, for the thread
     * @param time until the action; negative is for ever
     */
    KeepAlive(String name, Duration time) {
        this.time = time;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "tidar-keep-alive-" + name);
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
    }

    /** Sets it for this action, and for no other. */
    void start(Runnable action) {
        stop();
        if (!time.isNegative()) {
            set = Optional.of(clock.schedule(action, Durations.nanos(time), TimeUnit.NANOSECONDS));
        }
    }

    void stop() {
        set.ifPresent(action -> action.cancel(false));
        set = Optional.empty();
    }

    /** Ends its thread. */
    @Override
    public void close() {
        clock.shutdownNow();
    }
}
