package dev.tidar.sample;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.time.Duration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Reports the engine and its work to the pages. */
@RestController
class EngineController {
    private static final Duration LOAD_RETRY = Duration.ofSeconds(2);

    private final TidarEngine engine;

    EngineController(TidarEngine engine) {
        this.engine = engine;
    }

    /** There are no facts before the model is loaded; until then the answer is 503, as for a request. */
    @GetMapping("/api/engine")
    EngineFacts engine() {
        return EngineFacts.of(loaded());
    }

    /** Its counts, which cost next to nothing to read; 503 before the model is loaded. */
    @GetMapping("/api/activity")
    ActivityFacts activity() {
        return ActivityFacts.of(loaded(), System.nanoTime() / 1_000_000);
    }

    private EngineStatus loaded() {
        EngineStatus status = engine.status();
        if (status.loaded().isPresent()) {
            return status;
        }
        if (status.state() == EngineState.LOADING) {
            throw new EngineBusyException(
                    "the model is being loaded: %s, %.0f %%"
                            .formatted(
                                    status.loading().stage(),
                                    100 * status.loading().done()),
                    LOAD_RETRY);
        }
        throw new EngineClosedException(
                "the engine has no model: " + status.failure().orElse("it is closed"));
    }
}
