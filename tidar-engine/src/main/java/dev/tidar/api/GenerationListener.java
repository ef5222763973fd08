package dev.tidar.api;

/**
 * Follows one generation: its start unless it ends in the queue, zero or more chunks, then exactly one of
 * {@link #onFinished} and {@link #onFailed}. The calls come one at a time and in order, on a thread that the engine
 * keeps for listeners. A listener that takes long or blocks gets its chunks late, and the engine and all other requests
 * go on; its chunks are kept until then. What a listener throws cancels its generation.
 */
public interface GenerationListener {

    /** Does nothing with chunks, for callers that wait for the result. */
    GenerationListener NONE = new GenerationListener() {};

    /**
     * The start of a prefill.
     *
     * @param promptTokens tokens of the prompt
     * @param cachedTokens part of them that was found in the prefix cache
     */
    record Start(int promptTokens, int cachedTokens) {}

    /** It waits no longer: its prefill begins. Not repeated after a preemption. */
    default void onStarted(Start start) {}

    default void onChunk(TokenChunk chunk) {}

    default void onFinished(GenerationResult result) {}

    default void onFailed(TidarException failure) {}
}
