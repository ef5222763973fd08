package dev.tidar.spring;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of an engine, read from its status; no token is generated for it.
 *
 * <p>It is UP when the engine serves and gets on, also on a fallback, which is then among the details, and while it is
 * unloaded until the next request. It is OUT_OF_SERVICE while the engine loads or drains, and while requests wait and
 * no step has ended for longer than the stall warning; DOWN with the reason when the engine is closed, its model could
 * not be loaded or its device failed. It is UNKNOWN where there is no engine, because another chat model is selected or
 * nothing has asked for one; UNKNOWN does not count in a group with others. It belongs in the readiness group, never in
 * the liveness group, because a restart loads the model again.
 */
public class TidarHealthIndicator extends AbstractHealthIndicator {
    private final Supplier<Optional<EngineStatus>> engine;

    /** @param engine the status of the engine; empty while there is none */
    public TidarHealthIndicator(Supplier<Optional<EngineStatus>> engine) {
        super("the status of the TiDAR engine could not be read");
        this.engine = engine;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        engine.get()
                .ifPresentOrElse(
                        status -> report(status, health),
                        () -> health.unknown().withDetail("reason", "no bean has asked for a TiDAR engine"));
    }

    private static void report(EngineStatus status, Health.Builder health) {
        state(status, health)
                .withDetail("state", status.state().name())
                .withDetail("model", status.name())
                .withDetail("queued", status.queued())
                .withDetail("running", status.running())
                .withDetail("millisSinceStep", status.activity().sinceStep().toMillis());
        if (status.activity().isStalled()) {
            health.withDetail(
                    "reason",
                    "no step has ended for %d ms while requests wait; the device may hang"
                            .formatted(status.activity().sinceStep().toMillis()));
        }
        status.failure().ifPresent(reason -> health.withDetail("failure", reason));
        if (status.state() == EngineState.LOADING) {
            health.withDetail("loading", status.loading().stage())
                    .withDetail(
                            "loadingPercent", Math.round(100 * status.loading().done()));
        }
        status.loaded().ifPresent(loaded -> describe(loaded, health));
    }

    private static void describe(Loaded loaded, Health.Builder health) {
        health.withDetail("weights", loaded.model().weights().name())
                .withDetail("device", loaded.device())
                .withDetail("deviceReason", loaded.deviceReason())
                .withDetail("backend", loaded.backend())
                .withDetail("layout", loaded.layout().chosen())
                .withDetail("layoutReason", loaded.layout().reason())
                .withDetail("kvBytes", loaded.kv().bytes())
                .withDetail("kvFreeBytes", loaded.kv().freeBytes())
                .withDetail("kvCachedBytes", loaded.kv().cachedBytes());
        loaded.draftModel().ifPresent(name -> health.withDetail("draftModel", name));
        if (!loaded.degradations().isEmpty()) {
            health.withDetail("degradations", loaded.degradations());
        }
    }

    private static Health.Builder state(EngineStatus status, Health.Builder health) {
        return switch (status.state()) {
            case READY, DEGRADED -> status.activity().isStalled() ? health.outOfService() : health.up();
            case UNLOADED -> health.up();
            case LOADING, DRAINING -> health.outOfService();
            case DEAD -> health.down();
        };
    }
}
