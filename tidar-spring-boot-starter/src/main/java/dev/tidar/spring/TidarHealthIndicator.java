package dev.tidar.spring;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of an engine, read from its status; no token is made for it.
 *
 * <p>UP when it serves, also on a fallback, which is then a detail; OUT_OF_SERVICE while it loads or drains; DOWN when
 * it is closed or its device failed. Meant for the readiness group, never for liveness: a restart loads the model
 * again.
 */
public class TidarHealthIndicator extends AbstractHealthIndicator {
    private final Supplier<EngineStatus> engine;

    public TidarHealthIndicator(Supplier<EngineStatus> engine) {
        super("the status of the TiDAR engine could not be read");
        this.engine = engine;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        EngineStatus status = engine.get();
        report(status.state(), health)
                .withDetail("state", status.state().name())
                .withDetail("model", status.model().name())
                .withDetail("weights", status.model().weights().name())
                .withDetail("device", status.device())
                .withDetail("backend", status.backend())
                .withDetail("layout", status.layout().chosen())
                .withDetail("layoutReason", status.layout().reason())
                .withDetail("queued", status.queued())
                .withDetail("running", status.running());
        if (!status.degradations().isEmpty()) {
            health.withDetail("degradations", status.degradations());
        }
    }

    private static Health.Builder report(EngineState state, Health.Builder health) {
        return switch (state) {
            case READY, DEGRADED -> health.up();
            case LOADING, DRAINING -> health.outOfService();
            case DEAD -> health.down();
        };
    }
}
