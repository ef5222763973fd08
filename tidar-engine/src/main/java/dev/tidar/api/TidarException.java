package dev.tidar.api;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Root of the engine's exceptions. Messages name what the user can change and never carry prompt text. */
public abstract class TidarException extends RuntimeException {

    protected TidarException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether the same request can succeed later without any change. */
    public boolean isTransient() {
        return false;
    }

    /** An estimate of when to try again; empty where trying again does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }
}
