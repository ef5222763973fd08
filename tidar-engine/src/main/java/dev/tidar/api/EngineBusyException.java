package dev.tidar.api;

import java.time.Duration;
import java.util.Optional;

/**
 * The queue is full, the request waited too long in it, or the model is still being loaded; a later request may
 * succeed.
 */
public final class EngineBusyException extends TidarException {

    private final Duration retryAfter;

    /** @param retryAfter after which time to try again, an estimate from the requests before it */
    public EngineBusyException(String message, Duration retryAfter) {
        super(message, null);
        this.retryAfter = retryAfter;
    }

    @Override
    public boolean isTransient() {
        return true;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(retryAfter);
    }
}
