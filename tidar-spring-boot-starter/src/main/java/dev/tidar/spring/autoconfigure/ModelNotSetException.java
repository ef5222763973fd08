package dev.tidar.spring.autoconfigure;

/** The starter is active, and {@code tidar.model} is not set. */
final class ModelNotSetException extends RuntimeException {

    ModelNotSetException() {
        super("tidar.model must be set: the TiDAR chat model is active and has no model to load");
    }
}
