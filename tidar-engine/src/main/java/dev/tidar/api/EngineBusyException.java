package dev.tidar.api;

import java.time.Duration;
import java.util.Optional;

/** There was no room for the request now, or it waited too long for its turn: it may succeed later. */
public final class EngineBusyException extends TidarException {

    private final Duration retryAfter;

    /** @param retryAfter when trying again is worth it, an estimate from the requests before it */
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
