package dev.tidar.api;

/** The engine is closed or closing, and ends what it had taken. */
public final class EngineClosedException extends TidarException {

    public EngineClosedException(String message) {
        super(message, null);
    }
}
