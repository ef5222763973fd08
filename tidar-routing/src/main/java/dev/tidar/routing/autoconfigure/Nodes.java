package dev.tidar.routing.autoconfigure;

import dev.tidar.routing.GuardedNode;
import dev.tidar.routing.LocalNode;
import dev.tidar.routing.Node;
import dev.tidar.routing.remote.RemoteNode;
import dev.tidar.spring.TidarChatModel;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Makes the nodes of the properties. */
final class Nodes {

    /** The bean of the one model under {@code tidar.model}. */
    private static final String ONE_MODEL = "tidarChatModel";

    private final RoutingProperties properties;
    private final ObservationRegistry observations;
    private final Map<String, GuardedNode> nodes = new LinkedHashMap<>();

    private Nodes(RoutingProperties properties, ObservationRegistry observations) {
        this.properties = properties;
        this.observations = observations;
    }

    /** @param chats the models of this application by the names of their beans */
    static List<GuardedNode> of(
            RoutingProperties properties, Map<String, TidarChatModel> chats, ObservationRegistry observations) {
        var made = new Nodes(properties, observations);
        if (properties.local().enabled()) {
            chats.forEach((bean, chat) -> made.local(bean.equals(ONE_MODEL) ? "local" : bean, chat));
        }
        properties.nodes().forEach(made::remote);
        if (made.nodes.isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "tidar.routing.nodes", null, "There is no node: name one there, or set tidar.model.");
        }
        return List.copyOf(made.nodes.values());
    }

    private void local(String name, TidarChatModel chat) {
        RoutingProperties.Local local = properties.local();
        // the queue of the engine bounds its requests
        add(new LocalNode(name, chat, local.maxQueued()), local.weight(), Integer.MAX_VALUE);
    }

    private void remote(String name, RoutingProperties.Remote remote) {
        add(
                new RemoteNode(
                        name,
                        remote.address(),
                        Objects.requireNonNull(remote.model()),
                        remote.aliases(),
                        remote.dialect(),
                        remote.timeouts().limits(),
                        observations),
                remote.weight(),
                remote.maxConcurrent());
    }

    private void add(Node node, double weight, int maxConcurrent) {
        Bulkhead bulkhead = Bulkhead.of(
                node.name(),
                BulkheadConfig.custom()
                        .maxConcurrentCalls(maxConcurrent)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        var guarded =
                new GuardedNode(node, weight, CircuitBreaker.of(node.name(), breaker()), bulkhead, Clock.systemUTC());
        if (nodes.put(node.name(), guarded) != null) {
            throw new InvalidConfigurationPropertyValueException(
                    "tidar.routing.nodes." + node.name(), null, "A model of this application has the same name.");
        }
    }

    private CircuitBreakerConfig breaker() {
        RoutingProperties.Breaker breaker = properties.breaker();
        return CircuitBreakerConfig.custom()
                .failureRateThreshold(breaker.failureRate())
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(breaker.window())
                .minimumNumberOfCalls(breaker.minRequests())
                .waitDurationInOpenState(breaker.openTime())
                .permittedNumberOfCallsInHalfOpenState(1)
                .automaticTransitionFromOpenToHalfOpenEnabled(true) // else nobody asks it while others answer
                .build();
    }
}
