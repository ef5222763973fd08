package dev.tidar.api;

/** Handle of one submitted request. Thread-safe. */
public interface Generation {

    /** Id given by the engine, unique while the process lives. */
    long id();

    /** Tokens of the prompt, the chat template's own included. */
    int promptTokens();

    /** Ends the generation within one step, with {@link FinishReason#CANCELLED}. Has no effect on one that ended. */
    void cancel();

    /**
     * Waits for the end, and until the listener has returned from its last call. A listener may wait for its own
     * generation; then only the end is waited for.
     *
     * @throws TidarException the failure of this request
     * @throws InterruptedException if interrupted; the generation is cancelled then
     */
    GenerationResult await() throws InterruptedException;
}
