package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Loads a model while the application starts, and stops when the JVM is asked to end meanwhile. Spring by itself would
 * close the context only after the start, and so wait for the whole model.
 */
final class EagerLoad {

    private static final Log log = LogFactory.getLog(EagerLoad.class);

    private final TidarEngine engine;
    private final Thread atExit = new Thread(this::stop, "tidar-exit");

    private EagerLoad(TidarEngine engine) {
        this.engine = engine;
    }

    /**
     * Waits until an engine that loads is ready to serve.
     *
     * @throws dev.tidar.api.TidarException if the model cannot be loaded; the engine is closed
     * @throws dev.tidar.api.EngineClosedException if the JVM ends, or the thread is interrupted; the engine is closed
     */
    static void await(TidarEngine engine) {
        new EagerLoad(engine).await();
    }

    private void await() {
        boolean loaded = false;
        try {
            hook();
            engine.awaitLoaded();
            loaded = true;
        } finally {
            unhook();
            if (!loaded) {
                engine.close();
            }
        }
    }

    private void hook() {
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException e) {
            throw new EngineClosedException("the JVM ends, so the model is not loaded");
        }
    }

    private void unhook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            log.debug("The JVM ends, and its hooks run", e);
        }
    }

    private void stop() {
        log.info("The JVM ends while the TiDAR model is being loaded; loading stops at the end of its present stage");
        engine.close();
    }
}
