package dev.tidar.api;

import org.jspecify.annotations.Nullable;

/** A device that cannot be used, or that failed. */
public final class DeviceException extends TidarException {

    private final boolean lasting;

    /** A lasting failure: nothing more can be computed on this device by this process. */
    public DeviceException(String message, @Nullable Throwable cause) {
        this(message, cause, true);
    }

    private DeviceException(String message, @Nullable Throwable cause, boolean lasting) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** A failure of one call, such as memory that ran out: the device still works. */
    public static DeviceException passing(String message) {
        return new DeviceException(message, null, false);
    }

    /** Whether the device is lost to this process. */
    public boolean isLasting() {
        return lasting;
    }
}
