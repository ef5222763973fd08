package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The end of one engine, bounded by one deadline however many phases Spring goes through. Until then the engine serves
 * what is under way, also the further requests of an answer that calls tools. At the deadline all requests that are
 * left end with an error, so that a web server which waits for their streams can send it and need not cut them.
 * Thread-safe.
 */
final class EngineShutdown {

    private static final Log log = LogFactory.getLog(EngineShutdown.class);

    private final EndingEngine engine;
    private final Duration drainTime;
    private final long begin = System.nanoTime();
    private final Optional<TidarEngine> first;
    private final Optional<EngineStatus> before;
    private final CountDownLatch over = new CountDownLatch(1);

    private EngineShutdown(EndingEngine engine, Duration drainTime) {
        this.engine = engine;
        this.drainTime = drainTime;
        this.first = engine.present();
        this.before = first.map(TidarEngine::status);
    }

    /** Begins: the deadline counts from now. */
    static EngineShutdown begin(EndingEngine engine, Duration drainTime) {
        var shutdown = new EngineShutdown(engine, drainTime);
        int requests = shutdown.before.map(EngineShutdown::requests).orElse(0);
        if (requests > 0) {
            log.info("Shutting down: %d requests have up to %d ms to end".formatted(requests, drainTime.toMillis()));
        }
        var clock = new Thread(shutdown::endAtDeadline, "tidar-shutdown-deadline");
        clock.setDaemon(true);
        clock.start();
        return shutdown;
    }

    /**
     * Rejects new requests, waits for those that are left until the deadline at most, and closes the engine. Returns
     * when it is closed, or when the thread is interrupted, which closes it too.
     */
    void drain() {
        Duration left = drainTime.minusNanos(System.nanoTime() - begin);
        try {
            engine.drain(left.isNegative() ? Duration.ZERO : left);
        } catch (InterruptedException e) {
            engine.close();
            Thread.currentThread().interrupt();
        } finally {
            if (over.getCount() > 0) {
                over.countDown();
                report();
            }
        }
    }

    private void endAtDeadline() {
        try {
            if (!over.await(drainTime.toNanos(), TimeUnit.NANOSECONDS)) {
                engine.drain(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report() {
        Optional<TidarEngine> last = engine.present(); // loaded in the meantime, it has counted from 0
        if (!last.equals(first)) {
            last.map(TidarEngine::status).ifPresent(now -> report(EngineStatus.Totals.NONE, now.totals()));
        } else if (before.filter(then -> then.state() == EngineState.LOADING).isPresent()) {
            log.info("The TiDAR engine is closed; its model was being loaded");
        } else {
            before.ifPresent(
                    then -> last.map(TidarEngine::status).ifPresent(now -> report(then.totals(), now.totals())));
        }
    }

    private void report(EngineStatus.Totals then, EngineStatus.Totals now) {
        long byThemselves = now.finished() + now.cancelled() - then.finished() - then.cancelled();
        long ended = now.failed() - then.failed();
        String line = "The TiDAR engine is closed: %d requests came to their end, %d were ended with an error"
                .formatted(byThemselves, ended);
        if (ended > 0) {
            log.warn(line + " after %d ms".formatted(drainTime.toMillis()));
        } else {
            log.info(line);
        }
    }

    private static int requests(EngineStatus status) {
        return status.queued() + status.running();
    }
}
