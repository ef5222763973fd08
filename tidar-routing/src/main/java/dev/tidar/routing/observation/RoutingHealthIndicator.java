package dev.tidar.routing.observation;

import dev.tidar.routing.GuardedNode;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of the routing: OUT_OF_SERVICE if the breakers of all nodes are open, else UP. Nodes that are busy are no
 * reason to send requests elsewhere. It asks no node.
 */
public final class RoutingHealthIndicator extends AbstractHealthIndicator {

    private final List<GuardedNode> nodes;

    public RoutingHealthIndicator(List<GuardedNode> nodes) {
        super("the state of the nodes could not be read");
        this.nodes = List.copyOf(nodes);
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (nodes.stream().anyMatch(node -> node.breaker() != CircuitBreaker.State.OPEN)) {
            health.up();
        } else {
            health.outOfService().withDetail("reason", "the breakers of all nodes are open");
        }
        nodes.forEach(node -> health.withDetail(
                node.name(),
                Map.of(
                        "mayBeAsked", node.mayBeAsked(),
                        "breaker", RoutingMeterBinder.word(node.breaker()),
                        "inFlight", node.inFlight())));
    }
}
