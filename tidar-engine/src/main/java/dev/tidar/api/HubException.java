package dev.tidar.api;

import dev.tidar.json.Quoted;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model by name that cannot be brought to this machine. The message names the model and what the user can change; it
 * has no control characters and never a token.
 */
public final class HubException extends TidarException {

    /** What went wrong, for advice that fits. */
    public enum Fault {
        /** Nothing may be downloaded, and the cache lacks the model. */
        NOT_CACHED,
        /** The hub has no such model, revision or file, or does not show it to this user. */
        NOT_FOUND,
        /** The model is gated or private, or the token is not valid. */
        NO_ACCESS,
        /** The hub answers no more requests of this user for a while. */
        RATE_LIMITED,
        /** The hub cannot be reached, does not answer in time, or breaks off. */
        UNREACHABLE,
        /** What came is not what the hub has said: another hash or length, or no answer of a hub at all. */
        WRONG_ANSWER,
        /** The cache has no room, or cannot be written. */
        CACHE
    }

    private final Fault fault;
    private final Optional<Duration> retryAfter;

    public HubException(Fault fault, String message) {
        this(fault, message, null, Optional.empty());
    }

    /** @param retryAfter the wait that the hub asks for */
    public HubException(Fault fault, String message, @Nullable Throwable cause, Optional<Duration> retryAfter) {
        super(Quoted.visible(message), cause);
        this.fault = fault;
        this.retryAfter = retryAfter;
    }

    public Fault fault() {
        return fault;
    }

    @Override
    public boolean isTransient() {
        return fault == Fault.RATE_LIMITED || fault == Fault.UNREACHABLE;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
