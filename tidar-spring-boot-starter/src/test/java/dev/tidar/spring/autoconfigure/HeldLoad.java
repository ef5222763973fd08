package dev.tidar.spring.autoconfigure;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** Holds the loading of models where it logs its first stage, on the engine's own thread. */
final class HeldLoad extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger log = (Logger) LoggerFactory.getLogger(LoadProgressLog.class);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayLoad = new CountDownLatch(1);

    HeldLoad() {
        start();
        log.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        begun.countDown();
        try {
            mayLoad.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitBegin() throws InterruptedException {
        begun.await();
    }

    void goOn() {
        mayLoad.countDown();
    }

    @Override
    public void close() {
        goOn();
        log.detachAppender(this);
    }
}
