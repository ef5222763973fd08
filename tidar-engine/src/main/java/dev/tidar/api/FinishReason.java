package dev.tidar.api;

/** Why a generation ended. */
public enum FinishReason {
    /** A stop id or a stop string. */
    STOP,
    /** As {@link #STOP}, and the answer calls tools. */
    TOOL_CALLS,
    /** The token limit of the request or the end of the context. */
    LENGTH,
    /** The time limit of the request ended it; what was emitted until then is the answer. */
    DEADLINE,
    /** The caller cancelled it; what was emitted until then is the answer. */
    CANCELLED
}
