package dev.tidar.api;

/** What the engine as a whole is doing. */
public enum EngineState {
    /** Not loaded at this moment; the next request loads it. Only where models are loaded on demand. */
    UNLOADED,
    LOADING,
    READY,
    /** Serves, on a fallback: {@link EngineStatus#degradations()} says which. */
    DEGRADED,
    /** Rejects new requests and finishes the running ones. */
    DRAINING,
    /** Closed, or the device failed for good. */
    DEAD
}
