package dev.tidar.routing;

import dev.tidar.api.TidarException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request through the nodes: which is asked next, and what to say when none is left. It is used by one
 * signal after the other.
 */
final class Route {

    private final RoutedRequest request;
    private final Iterator<Router.Choice> left;
    private final List<String> reasons = new ArrayList<>();
    private final List<NodeFailure> failures = new ArrayList<>();
    private @Nullable GuardedNode failed;
    private int attempts;

    Route(RoutedRequest request, List<Router.Choice> order) {
        this.request = request;
        this.left = order.iterator();
    }

    /**
     * An attempt, and what its responses say of it.
     *
     * @param marks by the keys of {@link RoutingMetadata}
     */
    record Step(Attempt attempt, Map<String, Object> marks) {}

    /**
     * Begins the next attempt.
     *
     * @throws NoNodeException if no node is left
     */
    Step next() {
        while (left.hasNext()) {
            Router.Choice choice = left.next();
            try {
                return step(choice.node().begin(request), choice.reason());
            } catch (NodeFailure refused) {
                note(choice.node(), refused);
            }
        }
        throw noNode();
    }

    private Step step(Attempt attempt, String reason) {
        attempts++;
        if (failed != null) {
            failed.counts().fallback();
        }
        return new Step(
                attempt,
                Map.of(
                        RoutingMetadata.NODE,
                        attempt.node().name(),
                        RoutingMetadata.REASON,
                        failed == null ? reason : "fallback",
                        RoutingMetadata.ATTEMPTS,
                        attempts));
    }

    /**
     * Takes note of an attempt that failed before its first token.
     *
     * @throws TidarException if no other node may be asked
     */
    void failed(Attempt attempt, NodeFailure failure) {
        if (!failure.kind().mayGoElsewhere()) {
            throw failure.getCause() instanceof TidarException own
                    ? own
                    : new NodeFailedException(
                            attempt.node().name(),
                            failure.kind(),
                            "",
                            String.valueOf(failure.getMessage()),
                            failure.getCause());
        }
        failed = attempt.node();
        note(attempt.node(), failure);
    }

    private void note(GuardedNode node, NodeFailure failure) {
        failures.add(failure);
        reasons.add("%s is %s: %s".formatted(node.name(), failure.kind().word(), failure.getMessage()));
    }

    private NoNodeException noNode() {
        Optional<Duration> retryAfter = failures.stream()
                .flatMap(failure -> failure.retryAfter().stream())
                .min(Comparator.naturalOrder());
        return new NoNodeException(
                "no node answers: " + String.join("; ", reasons),
                failures.stream().anyMatch(failure -> failure.kind().isTransient()),
                retryAfter);
    }
}
