package dev.tidar.api;

/** Why a generation ended. */
public enum FinishReason {
    /** A stop id or a stop string. */
    STOP,
    /** The token limit of the request or the end of the context. */
    LENGTH,
    /** Cancelled by the caller; what was emitted until then is kept. */
    CANCELLED
}
