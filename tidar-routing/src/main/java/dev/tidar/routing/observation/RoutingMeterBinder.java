package dev.tidar.routing.observation;

import dev.tidar.routing.FailureKind;
import dev.tidar.routing.GuardedNode;
import dev.tidar.routing.NodeCounts;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Meters of the nodes, each tagged with its node. */
public final class RoutingMeterBinder implements MeterBinder {

    private final List<GuardedNode> nodes;

    public RoutingMeterBinder(List<GuardedNode> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        nodes.forEach(node -> bind(node, registry));
    }

    private static void bind(GuardedNode node, MeterRegistry registry) {
        ended(node, "finished", NodeCounts::numFinished, registry);
        ended(node, "cancelled", NodeCounts::numCancelled, registry);
        for (FailureKind kind : FailureKind.values()) {
            ended(node, kind.word(), counts -> counts.numFailed(kind), registry);
        }
        FunctionCounter.builder("tidar.routing.fallbacks", node.counts(), NodeCounts::numFallbacks)
                .description("requests that went on to another node after this one had failed")
                .tag("node", node.name())
                .register(registry);
        Gauge.builder("tidar.routing.in.flight", node, GuardedNode::inFlight)
                .description("requests that the node has from here")
                .tag("node", node.name())
                .register(registry);
        for (CircuitBreaker.State state : RoutingMeterBinder.states()) {
            Gauge.builder("tidar.routing.breaker", node, now -> now.breaker() == state ? 1 : 0)
                    .description("1 for the state that the breaker of the node is in")
                    .tag("node", node.name())
                    .tag("state", word(state))
                    .register(registry);
        }
    }

    private static void ended(
            GuardedNode node, String outcome, ToDoubleFunction<NodeCounts> value, MeterRegistry registry) {
        FunctionCounter.builder("tidar.routing.requests", node.counts(), value)
                .description("requests to the node that have ended")
                .tag("node", node.name())
                .tag("outcome", outcome)
                .register(registry);
    }

    /** Those that a breaker gets into by itself. */
    private static List<CircuitBreaker.State> states() {
        return List.of(CircuitBreaker.State.CLOSED, CircuitBreaker.State.OPEN, CircuitBreaker.State.HALF_OPEN);
    }

    static String word(CircuitBreaker.State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
