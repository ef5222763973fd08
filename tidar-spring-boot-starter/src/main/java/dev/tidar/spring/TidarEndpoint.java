package dev.tidar.spring;

import dev.tidar.api.EngineStatus;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows the whole status of an engine. It is read-only. */
@Endpoint(id = "tidar")
public class TidarEndpoint {
    private final Supplier<Optional<EngineStatus>> engine;

    /** @param engine the status of the engine; empty while there is none */
    public TidarEndpoint(Supplier<Optional<EngineStatus>> engine) {
        this.engine = engine;
    }

    /** Null, which the actuator answers with 404, while there is no engine. */
    @ReadOperation
    public @Nullable EngineStatus status() {
        return engine.get().orElse(null);
    }
}
