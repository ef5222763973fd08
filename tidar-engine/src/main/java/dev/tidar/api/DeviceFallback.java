package dev.tidar.api;

/** What an engine does when the GPU that it should compute on cannot be used, or fails while it serves. */
public enum DeviceFallback {
    /** Loading fails, or the engine is dead. */
    FAIL,
    /** It computes on the CPU, and is degraded. Requests that ran when the GPU failed end with an error. */
    CPU
}
