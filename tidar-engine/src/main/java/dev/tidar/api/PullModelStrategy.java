package dev.tidar.api;

/** When the files of a model by name are downloaded; the names are those of Spring AI's Ollama provider. */
public enum PullModelStrategy {
    /** The hub is asked at each load; what has changed or is missing is downloaded. */
    ALWAYS,
    /** The hub is asked only if the cache lacks the model, or a part of it. */
    WHEN_MISSING,
    /** Nothing is downloaded; the cache must have the model. */
    NEVER
}
