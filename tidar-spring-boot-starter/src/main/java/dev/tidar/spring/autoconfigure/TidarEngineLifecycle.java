package dev.tidar.spring.autoconfigure;

import dev.tidar.api.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends the engines of an application with its context: running requests have some time to end by themselves; after it
 * their engine ends them and frees everything.
 *
 * <p>The time counts from the moment when the context begins to close, and includes the graceful shutdown of a web
 * server. The engine is closed after all beans that make requests have stopped, web servers among them, and before
 * beans are destroyed. A context that is only stopped or paused keeps its engine, because the context may be started
 * again, and a model takes long to load. Where nothing has asked for the engine, there is none to end.
 */
final class TidarEngineLifecycle
        implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, ApplicationContextAware {

    /**
     * The phase of this bean. Phases are stopped from high to low; those of web servers and message listeners are far
     * higher.
     */
    static final int PHASE = 0;

    private final Supplier<List<EndingEngine>> engines;
    private final Duration drainTime;
    private @Nullable BeanFactory owner;
    private volatile boolean running;
    private volatile Optional<List<EngineShutdown>> shutdown = Optional.empty();

    /** @param drainTime how long requests may go on */
    TidarEngineLifecycle(PresentEngine engine, Duration drainTime) {
        this(() -> engine.engine().map(EndingEngine::of).stream().toList(), drainTime);
    }

    /**
     * @param engines the engines to end, asked for when the context begins to close; one that is loaded later is still
     *     drained
     * @param drainTime how long requests may go on
     */
    TidarEngineLifecycle(Supplier<List<EndingEngine>> engines, Duration drainTime) {
        this.engines = engines;
        this.drainTime = drainTime;
    }

    /**
     * How long requests may go on.
     *
     * @param asked the time that the user has set; null if none
     * @param phase the time that Spring gives the beans of a phase; a tenth of it is left for ending the other requests
     */
    static Duration drainTime(@Nullable Duration asked, Duration phase) {
        Duration max = phase.dividedBy(10).multipliedBy(9);
        return Durations.saturated(asked == null || asked.compareTo(max) > 0 ? max : asked);
    }

    Duration drainTime() {
        return drainTime;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        owner = context;
    }

    /**
     * This event comes before the beans are stopped. A context also reports to its parents that it closes, which is
     * ignored here.
     */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == owner && shutdown.isEmpty()) {
            shutdown = Optional.of(engines.get().stream()
                    .map(engine -> EngineShutdown.begin(engine, drainTime))
                    .toList());
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Has no effect while the context may be started again. */
    @Override
    public void stop() {
        shutdown.ifPresent(begun -> {
            drainTogether(begun);
            running = false;
        });
    }

    /** Begins with all before it waits for any, because one that is not drained yet takes further requests. */
    private static void drainTogether(List<EngineShutdown> all) {
        List<Thread> threads = all.stream()
                .map(each -> new Thread(each::drain, "tidar-shutdown-drain"))
                .toList();
        threads.forEach(Thread::start);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt); // which closes their engines
            Thread.currentThread().interrupt();
        }
    }

    /** Drains on a thread of its own, so that the other beans of the phase can stop in the meantime. */
    @Override
    public void stop(Runnable callback) {
        var thread = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "tidar-shutdown");
        thread.start();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** An engine that has no requests does nothing, so there is nothing to pause. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
