package dev.tidar.routing;

/**
 * Keys of the response metadata by which a {@link RoutingChatModel} says what ran where; they are in each chunk of a
 * stream, and in an answer in one piece.
 */
public final class RoutingMetadata {

    /** {@link String}: the node that answered. */
    public static final String NODE = "tidar.routing.node";

    /**
     * {@link String}: why this node was asked. {@code node} if the request names it, {@code model} if no other serves
     * the model, {@code local} for an engine of this application that was free, {@code prefix} if the beginning of the
     * prompt belongs to it, {@code least-busy}, and {@code fallback} if another one had failed before.
     */
    public static final String REASON = "tidar.routing.reason";

    /** {@link Integer}: the nodes that were asked for this answer, 1 if none had failed. */
    public static final String ATTEMPTS = "tidar.routing.attempts";

    private RoutingMetadata() {}
}
