package dev.tidar.api;

import org.jspecify.annotations.Nullable;

/** One request failed while it ran, for example on scores that are not finite. Other requests go on. */
public final class GenerationFailedException extends TidarException {

    public GenerationFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
