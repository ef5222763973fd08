package dev.tidar.openai;

import dev.tidar.openai.error.ApiException;

/** Decides how many requests a caller may send. Thread-safe. */
@FunctionalInterface
public interface RequestRate {

    /** Everybody may send as many as the engine's queue takes. */
    RequestRate UNLIMITED = caller -> {};

    /**
     * Counts a request.
     *
     * @param caller name of whom the server has authenticated; empty for all others
     * @throws ApiException 429, if it is one too many
     */
    void count(String caller);
}
