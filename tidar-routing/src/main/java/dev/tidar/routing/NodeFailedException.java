package dev.tidar.routing;

import dev.tidar.api.TidarException;
import org.jspecify.annotations.Nullable;

/**
 * A node failed at a request that no other node is asked for: a part of the answer had been delivered, or the failure
 * is one of this request. Nothing was begun anew, so whoever wants another answer has to ask for it.
 */
public final class NodeFailedException extends TidarException {

    private final String node;
    private final FailureKind kind;
    private final String partialText;

    NodeFailedException(String node, FailureKind kind, String partialText, String reason, @Nullable Throwable cause) {
        super(
                "node %s is %s, %s: %s"
                        .formatted(
                                node,
                                kind.word(),
                                partialText.isEmpty()
                                        ? "and no text had come"
                                        : "after %d characters of the answer".formatted(partialText.length()),
                                reason),
                cause);
        this.node = node;
        this.kind = kind;
        this.partialText = partialText;
    }

    /** The node that failed. */
    public String node() {
        return node;
    }

    public FailureKind kind() {
        return kind;
    }

    /** The text of the answer that had been delivered until then, without thoughts; never in the message. */
    public String partialText() {
        return partialText;
    }

    @Override
    public boolean isTransient() {
        return kind.isTransient();
    }
}
