package dev.tidar.routing;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What the requests to a node came to. Thread-safe. */
public final class NodeCounts {

    private final LongAdder finished = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();
    private final Map<FailureKind, LongAdder> failures = new EnumMap<>(FailureKind.class);

    NodeCounts() {
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, new LongAdder());
        }
    }

    void finished() {
        finished.increment();
    }

    void cancelled() {
        cancelled.increment();
    }

    void failed(FailureKind kind) {
        of(kind).increment();
    }

    void fallback() {
        fallbacks.increment();
    }

    /** Answers that came to their end. */
    public long numFinished() {
        return finished.sum();
    }

    /** Requests that their callers cancelled. */
    public long numCancelled() {
        return cancelled.sum();
    }

    /** Requests that failed in this way. */
    public long numFailed(FailureKind kind) {
        return of(kind).sum();
    }

    /** Requests that went on to another node after this one had failed. */
    public long numFallbacks() {
        return fallbacks.sum();
    }

    private LongAdder of(FailureKind kind) {
        return Objects.requireNonNull(failures.get(kind));
    }
}
