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
     * Waits for the end.
     *
     * @throws TidarException the failure of this request
     * @throws InterruptedException if interrupted; the generation is cancelled then
     */
    GenerationResult await() throws InterruptedException;
}
