package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import java.time.Duration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends an engine with its application context: running requests have some time to end by themselves; after it the
 * engine ends them and frees everything.
 *
 * <p>This begins after all beans that make requests have stopped, web servers among them, and ends before beans are
 * destroyed. A context that is only stopped or paused keeps its engine, because the context may be started again, and a
 * model takes long to load.
 */
final class TidarEngineLifecycle
        implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, ApplicationContextAware {

    /**
     * The phase of this bean. Phases are stopped from high to low; those of web servers and message listeners are far
     * higher.
     */
    static final int PHASE = 0;

    private static final Log log = LogFactory.getLog(TidarEngineLifecycle.class);

    private final TidarEngine engine;
    private final Duration drainTime;
    private @Nullable BeanFactory owner;
    private volatile boolean running;
    private volatile boolean closing;

    /** @param drainTime how long requests may go on */
    TidarEngineLifecycle(TidarEngine engine, Duration drainTime) {
        this.engine = engine;
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
        return asked == null || asked.compareTo(max) > 0 ? max : asked;
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
        closing |= event.getApplicationContext() == owner;
    }

    @Override
    public void start() {
        running = true;
    }

    /** Has no effect while the context may be started again. */
    @Override
    public void stop() {
        if (closing) {
            drain();
            running = false;
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

    private void drain() {
        var status = engine.status();
        int requests = status.queued() + status.running();
        if (requests > 0) {
            log.info("Waiting up to %d ms for %d requests to end".formatted(drainTime.toMillis(), requests));
        }
        try {
            if (!engine.drain(drainTime)) {
                log.warn("Requests were still running after %d ms and were ended".formatted(drainTime.toMillis()));
            }
        } catch (InterruptedException e) {
            engine.close();
            Thread.currentThread().interrupt();
        }
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
