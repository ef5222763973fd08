package dev.tidar.schedule;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.TidarException;
import java.time.Duration;
import java.util.Optional;

/**
 * The phase of an engine's life. Phases follow one another in the order of {@link Phase}; only reloading goes back to
 * serving. A failure that ends the engine is recorded beside the phase; the first one counts. Thread-safe.
 *
 * <pre>{@code
 * LOADING ──► SERVING ◄──► RELOADING
 *    ├───────────┴────────────┴───► DRAINING ──┐
 *    └───────────────── close ─────────────────┴──► CLOSED
 * }</pre>
 *
 * <p>An engine that is drained or closed while it loads stops loading: no request can be waiting for it.
 */
final class Lifecycle {

    private static final Duration LOAD_RETRY = Duration.ofSeconds(5);

    /** The phases, the earliest first. */
    enum Phase {
        /** The model is being loaded; requests are rejected. */
        LOADING,
        /** Requests are served. */
        SERVING,
        /** A fallback is being loaded after the device has failed; requests wait in the queue. */
        RELOADING,
        /** Requests that were submitted before are served; new ones are rejected. */
        DRAINING,
        /** Nothing is served any more. */
        CLOSED
    }

    private volatile Phase phase = Phase.LOADING;
    private volatile boolean hasServed;
    private volatile Optional<TidarException> death = Optional.empty();

    /** Enters a phase; has no effect if the engine is already past it. */
    synchronized void enter(Phase next) {
        boolean isReloaded = phase == Phase.RELOADING && next == Phase.SERVING;
        if (isReloaded || next.compareTo(phase) > 0) {
            phase = next;
        }
        hasServed |= phase == Phase.SERVING;
    }

    /** Records the failure that ended the engine, unless one is recorded already. */
    synchronized void die(TidarException cause) {
        if (death.isEmpty()) {
            death = Optional.of(cause);
        }
    }

    Phase phase() {
        return phase;
    }

    boolean isDraining() {
        return phase == Phase.DRAINING;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /**
     * Whether a model that is being loaded would serve nobody: the engine is closed, or is drained before it has served
     * anybody.
     */
    boolean needsNoModel() {
        return isClosed() || isDraining() && !hasServed;
    }

    /** Whether no request can be served any more. */
    boolean isOver() {
        return isClosed() || death.isPresent();
    }

    /**
     * Returns normally while the engine takes requests.
     *
     * @throws EngineBusyException if the model is still being loaded
     * @throws EngineClosedException if the engine is closed, closing or dead
     */
    void requireOpen() {
        death.ifPresent(cause -> {
            throw new EngineClosedException("the engine is dead: " + cause.getMessage());
        });
        switch (phase) {
            case LOADING ->
                throw new EngineBusyException("the model is still being loaded; try again later", LOAD_RETRY);
            case DRAINING -> throw new EngineClosedException("the engine is shutting down");
            case CLOSED -> throw new EngineClosedException("the engine is closed");
            case SERVING, RELOADING -> {}
        }
    }

    /** The failure that ended the engine; empty if it was closed or still lives. */
    Optional<TidarException> death() {
        return death;
    }

    /** The state for status and health, without regard to degradations. */
    EngineState state() {
        if (isOver()) {
            return EngineState.DEAD;
        }
        return switch (phase) {
            case LOADING, RELOADING -> EngineState.LOADING;
            case SERVING -> EngineState.READY;
            case DRAINING -> EngineState.DRAINING;
            case CLOSED -> EngineState.DEAD;
        };
    }
}
