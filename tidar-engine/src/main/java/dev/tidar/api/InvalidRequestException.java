package dev.tidar.api;

import org.jspecify.annotations.Nullable;

/** A request that can never be served as it is. The message names the option or the message, and the rule. */
public final class InvalidRequestException extends TidarException {

    public InvalidRequestException(String message) {
        this(message, null);
    }

    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
