package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.TidarException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Logs once that a model could not be loaded in the background, with the advice that a start-up failure would give. */
final class LoadFailureLog {

    private static final Log log = LogFactory.getLog(LoadFailureLog.class);

    private final ModelAdvice advice;

    /** @param advice on the model that is loaded */
    LoadFailureLog(ModelAdvice advice) {
        this.advice = advice;
    }

    /** Waits for the model on a thread of its own, which ends with the loading. */
    void watch(TidarEngine engine) {
        var thread = new Thread(() -> awaitLoaded(engine), "tidar-load");
        thread.setDaemon(true);
        thread.start();
    }

    private void awaitLoaded(TidarEngine engine) {
        try {
            engine.awaitLoaded();
        } catch (EngineClosedException closed) {
            log.debug("The engine was closed while its model was being loaded", closed);
        } catch (TidarException failure) {
            log.error(text(failure));
        }
    }

    private String text(TidarException failure) {
        return advice.onAny(failure)
                .map(this::text)
                .orElseGet(() -> "The model could not be loaded: " + failure.getMessage());
    }

    private String text(FailureAnalysis analysis) {
        return "The model could not be loaded, and %s.%n%n%s%n%n%s%n"
                .formatted(
                        advice.isForOneOfSeveral() ? "the next request tries again" : "every request will be rejected",
                        analysis.getDescription(),
                        analysis.getAction());
    }
}
