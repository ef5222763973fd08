package dev.tidar.api;

/** What an engine does when the GPU that it should compute on cannot be used, or fails while the engine serves. */
public enum DeviceFallback {
    /** The load fails, or the engine is dead. */
    FAIL,
    /** The engine computes on the CPU and is degraded. Requests that ran when the GPU failed end with an error. */
    CPU
}
