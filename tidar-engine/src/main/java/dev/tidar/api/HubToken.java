package dev.tidar.api;

/**
 * The secret by which a hub knows its user. Its text appears in no message, no log line and no {@link #toString}.
 *
 * @param value visible ASCII characters
 */
public record HubToken(String value) {
    public HubToken {
        if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "the token of the hub must be visible ASCII characters without spaces, but is not");
        }
    }

    @Override
    public String toString() {
        return "(hidden)";
    }
}
