package dev.tidar.api;

/**
 * Follows one generation. Called on the engine thread: hand over and return at once. Zero or more chunks, then exactly
 * one of {@link #onFinished} and {@link #onFailed}; where the engine dies or closes, {@link #onFailed} may come on
 * another thread.
 */
public interface GenerationListener {

    /** Does nothing with chunks, for callers that wait for the result. */
    GenerationListener NONE = new GenerationListener() {};

    default void onChunk(TokenChunk chunk) {}

    default void onFinished(GenerationResult result) {}

    default void onFailed(TidarException failure) {}
}
