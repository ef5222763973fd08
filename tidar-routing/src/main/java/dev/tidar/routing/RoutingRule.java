package dev.tidar.routing;

/** Which node is asked first, where a request leaves it open. */
public enum RoutingRule {
    /** An engine of this application while few requests wait for it, then the others by the beginning of the prompt. */
    LOCAL_FIRST,
    /** The node to which the beginning of the prompt belongs, engines of this application like any other. */
    PREFIX,
    /** The node with the fewest requests for its weight. */
    LEAST_BUSY
}
