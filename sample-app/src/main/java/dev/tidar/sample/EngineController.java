package dev.tidar.sample;

import dev.tidar.TidarEngine;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the page what the engine is and does. */
@RestController
class EngineController {
    private final TidarEngine engine;

    EngineController(TidarEngine engine) {
        this.engine = engine;
    }

    @GetMapping("/api/engine")
    EngineFacts engine() {
        return EngineFacts.of(engine.status());
    }
}
