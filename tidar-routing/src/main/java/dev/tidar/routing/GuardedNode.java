package dev.tidar.routing;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node behind its breaker and its bulkhead, which decide whether it may be asked, and with its counts. Thread-safe.
 */
public final class GuardedNode {

    private static final Logger log = LoggerFactory.getLogger(GuardedNode.class);

    /** No server may take itself out for longer by what it answers. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Node node;
    private final double weight;
    private final CircuitBreaker breaker;
    private final Bulkhead bulkhead;
    private final Clock clock;
    private final NodeCounts counts = new NodeCounts();
    private volatile Instant restsUntil = Instant.MIN;

    /**
     * @param weight its share of the requests, compared with the other nodes
     * @param breaker keeps requests away from a node that fails
     * @param bulkhead bounds the requests that it has from here at one time
     * @param clock by which it rests
     */
    public GuardedNode(Node node, double weight, CircuitBreaker breaker, Bulkhead bulkhead, Clock clock) {
        this.node = node;
        this.weight = weight;
        this.breaker = breaker;
        this.bulkhead = bulkhead;
        this.clock = clock;
        breaker.getEventPublisher()
                .onStateTransition(
                        event -> log(node.name(), event.getStateTransition().getToState()));
    }

    private static void log(String name, CircuitBreaker.State state) {
        switch (state) {
            case OPEN -> log.warn("Node {} fails too often and is left alone for a while", name);
            case CLOSED -> log.info("Node {} answers again", name);
            default -> log.debug("The breaker of node {} is {}", name, state);
        }
    }

    public String name() {
        return node.name();
    }

    Node node() {
        return node;
    }

    double weight() {
        return weight;
    }

    /** What its requests came to. */
    public NodeCounts counts() {
        return counts;
    }

    /** The requests that it has from here. */
    public int inFlight() {
        Bulkhead.Metrics metrics = bulkhead.getMetrics();
        return metrics.getMaxAllowedConcurrentCalls() - metrics.getAvailableConcurrentCalls();
    }

    /** The state of its breaker. */
    public CircuitBreaker.State breaker() {
        return breaker.getState();
    }

    /** All requests that it has, as far as that is known here. */
    int load() {
        return node.load().orElseGet(this::inFlight);
    }

    /** Whether it would be asked now. */
    public boolean mayBeAsked() {
        return !isResting()
                && breaker.getState() != CircuitBreaker.State.OPEN
                && bulkhead.getMetrics().getAvailableConcurrentCalls() > 0;
    }

    /**
     * Begins an attempt, which its caller ends.
     *
     * @throws NodeFailure if the node must not be asked now
     */
    Attempt begin(RoutedRequest request) {
        if (isResting()) {
            Duration rest = Duration.between(clock.instant(), restsUntil);
            throw new NodeFailure(
                    FailureKind.BUSY,
                    "asked not to be asked now",
                    Optional.of(rest.isNegative() ? Duration.ZERO : rest),
                    null);
        }
        if (!breaker.tryAcquirePermission()) {
            throw new NodeFailure(FailureKind.UNAVAILABLE, "has failed too often, and its breaker is open");
        }
        if (!bulkhead.tryAcquirePermission()) {
            breaker.releasePermission();
            throw new NodeFailure(FailureKind.BUSY, "has as many requests as its max-concurrent allows");
        }
        return new Attempt(this, request);
    }

    private boolean isResting() {
        return clock.instant().isBefore(restsUntil);
    }

    /**
     * The breaker counts failures and no times: a long answer is not a slow call, and times have limits of their own.
     */
    void finished() {
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        counts.finished();
        leave();
    }

    /** Counts for nobody as a failure. */
    void cancelled() {
        breaker.releasePermission();
        counts.cancelled();
        leave();
    }

    void failed(NodeFailure failure) {
        if (failure.kind().isFaultOfTheNode()) {
            breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        } else if (failure.kind() == FailureKind.REJECTED) {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        } else {
            breaker.releasePermission();
        }
        if (node.load().isEmpty()) { // one whose load is known rejects by itself, and its places become free any time
            failure.retryAfter().ifPresent(this::rest);
        }
        counts.failed(failure.kind());
        leave();
        log.debug("Node {} is {}: {}", name(), failure.kind().word(), failure.getMessage());
    }

    private synchronized void rest(Duration asked) {
        Instant until = clock.instant().plus(asked.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : asked);
        if (until.isAfter(restsUntil)) {
            restsUntil = until;
        }
    }

    private void leave() {
        bulkhead.onComplete();
    }
}
