package dev.tidar.routing;

import dev.tidar.api.TidarException;
import java.time.Duration;
import java.util.Optional;

/** No node that serves the request could be asked, or all that were asked failed before their first token. */
public final class NoNodeException extends TidarException {

    private final boolean isTransient;
    private final transient Optional<Duration> retryAfter;

    NoNodeException(String message, boolean isTransient, Optional<Duration> retryAfter) {
        super(message, null);
        this.isTransient = isTransient;
        this.retryAfter = retryAfter;
    }

    @Override
    public boolean isTransient() {
        return isTransient;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
