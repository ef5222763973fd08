package dev.tidar.routing.observation;

import dev.tidar.routing.GuardedNode;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Health of the routing: UP if there is a node that may be asked, else OUT_OF_SERVICE. It asks no node. */
public final class RoutingHealthIndicator extends AbstractHealthIndicator {

    private final List<GuardedNode> nodes;

    public RoutingHealthIndicator(List<GuardedNode> nodes) {
        super("the state of the nodes could not be read");
        this.nodes = List.copyOf(nodes);
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (nodes.stream().anyMatch(GuardedNode::mayBeAsked)) {
            health.up();
        } else {
            health.outOfService().withDetail("reason", "no node may be asked now");
        }
        nodes.forEach(node -> health.withDetail(
                node.name(),
                Map.of(
                        "mayBeAsked", node.mayBeAsked(),
                        "breaker", RoutingMeterBinder.word(node.breaker()),
                        "inFlight", node.inFlight())));
    }
}
