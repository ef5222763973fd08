package dev.tidar.api;

/** The queue is full: the request was not taken, and may succeed later. */
public final class EngineBusyException extends TidarException {

    public EngineBusyException(String message) {
        super(message, null);
    }

    @Override
    public boolean isTransient() {
        return true;
    }
}
