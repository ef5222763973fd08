package dev.tidar.api;

import org.jspecify.annotations.Nullable;

/** A device that cannot be used, or that failed. */
public final class DeviceException extends TidarException {

    public DeviceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
