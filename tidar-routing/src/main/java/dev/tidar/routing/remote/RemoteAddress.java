package dev.tidar.routing.remote;

import java.net.URI;
import java.util.Optional;

/**
 * Where a server is.
 *
 * @param baseUrl what all paths of its API begin with, such as {@code http://gpu-1:8000/v1}
 * @param apiKey the secret that it asks for; sent to this address alone, and never shown
 */
public record RemoteAddress(URI baseUrl, Optional<String> apiKey) {

    public RemoteAddress {
        boolean isPlain = baseUrl.getHost() != null
                && ("http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme()))
                && baseUrl.getRawUserInfo() == null
                && baseUrl.getRawQuery() == null
                && baseUrl.getRawFragment() == null;
        if (!isPlain) { // not shown, because it may have a password
            throw new IllegalArgumentException(
                    "base-url must be http:// or https:// with a host and a path, without a user, a query or a fragment");
        }
        if (apiKey.filter(key -> !key.chars().allMatch(c -> c > ' ' && c < 0x7f))
                .isPresent()) {
            throw new IllegalArgumentException("api-key must have visible ASCII characters only");
        }
    }

    /** Without the key, because settings end up in logs. */
    @Override
    public String toString() {
        return "RemoteAddress[baseUrl=%s, apiKey=%s]".formatted(baseUrl, apiKey.isEmpty() ? "none" : "(hidden)");
    }
}
