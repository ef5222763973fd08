package dev.tidar.api;

/** Why a generation ended. */
public enum FinishReason {
    /** A stop id or a stop string. */
    STOP,
    /** As {@link #STOP}, and the answer asks for tools. */
    TOOL_CALLS,
    /** The token limit of the request or the end of the context. */
    LENGTH,
    /** The time limit of the request passed while it ran; what was emitted until then is kept. */
    DEADLINE,
    /** Cancelled by the caller; what was emitted until then is kept. */
    CANCELLED
}
