package dev.tidar.routing;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Why a node did not answer, or did not answer to the end. */
public enum FailureKind {
    /** There is no connection, or it broke. */
    UNREACHABLE,
    /** Its queue is full, or it has had too many requests (status 429). */
    BUSY,
    /** It does not serve at present (502, 503, 504), or its engine is closed or cannot be loaded. */
    UNAVAILABLE,
    /** The first token, or the next one, did not come in time. */
    SLOW,
    /** The time for the whole answer has passed. */
    LATE,
    /** What came is not what the API says. */
    GARBLED,
    /** The address, the key or the model that is set for it is wrong (a redirect, 401, 403, 404). */
    MISCONFIGURED,
    /** It failed at this request (500 and other statuses). */
    FAILED,
    /** It rejects the request as it is (400, 413, 415, 422). */
    REJECTED;

    private static final Set<FailureKind> OF_THE_REQUEST = EnumSet.of(LATE, FAILED, REJECTED);

    private static final Set<FailureKind> OF_A_NODE_THAT_IS_WELL = EnumSet.of(BUSY, LATE, REJECTED);

    private static final Set<FailureKind> LASTING = EnumSet.of(MISCONFIGURED, FAILED, REJECTED);

    /** Whether another node may be asked, as long as no token has come. */
    public boolean mayGoElsewhere() {
        return !OF_THE_REQUEST.contains(this);
    }

    /** Whether it counts against the node. */
    public boolean isFaultOfTheNode() {
        return !OF_A_NODE_THAT_IS_WELL.contains(this);
    }

    /** Whether the same request can succeed later without any change. */
    public boolean isTransient() {
        return !LASTING.contains(this);
    }

    /** As in tags and messages. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
