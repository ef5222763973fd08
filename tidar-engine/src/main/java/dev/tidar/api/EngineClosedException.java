package dev.tidar.api;

/** The engine is closed or closing; its requests end with this exception. */
public final class EngineClosedException extends TidarException {

    public EngineClosedException(String message) {
        super(message, null);
    }
}
