package dev.tidar.spring;

import dev.tidar.api.EngineStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows the whole status of an engine. It is read-only. */
@Endpoint(id = "tidar")
public class TidarEndpoint {
    private final Supplier<EngineStatus> engine;

    public TidarEndpoint(Supplier<EngineStatus> engine) {
        this.engine = engine;
    }

    @ReadOperation
    public EngineStatus status() {
        return engine.get();
    }
}
