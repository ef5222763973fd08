package dev.tidar.routing;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.TidarException;
import dev.tidar.api.ToolCallAtLimitException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node did not answer. Messages have no text of prompts or answers, no keys, and nothing that a server wrote but
 * short names.
 */
public final class NodeFailure extends RuntimeException {

    private final FailureKind kind;
    private final transient Optional<Duration> retryAfter;

    public NodeFailure(FailureKind kind, String message) {
        this(kind, message, Optional.empty(), null);
    }

    public NodeFailure(FailureKind kind, String message, @Nullable Throwable cause) {
        this(kind, message, Optional.empty(), cause);
    }

    /** @param retryAfter after which time the node wants to be asked again */
    public NodeFailure(FailureKind kind, String message, Optional<Duration> retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /** What an engine of this application throws, as a failure of its node; others stay what they are. */
    static NodeFailure of(Throwable failure) {
        if (failure instanceof NodeFailure known) {
            return known;
        }
        Optional<Duration> retryAfter = failure instanceof TidarException known ? known.retryAfter() : Optional.empty();
        return new NodeFailure(kind(failure), String.valueOf(failure.getMessage()), retryAfter, failure);
    }

    private static FailureKind kind(Throwable failure) {
        if (failure instanceof EngineBusyException) {
            return FailureKind.BUSY;
        }
        if (failure instanceof InvalidRequestException || failure instanceof ToolCallAtLimitException) {
            return FailureKind.REJECTED;
        }
        if (failure instanceof EngineClosedException) {
            return FailureKind.UNAVAILABLE;
        }
        boolean ofAnEngine = failure instanceof TidarException && !(failure instanceof GenerationFailedException);
        return ofAnEngine ? FailureKind.UNAVAILABLE : FailureKind.FAILED;
    }

    public FailureKind kind() {
        return kind;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
