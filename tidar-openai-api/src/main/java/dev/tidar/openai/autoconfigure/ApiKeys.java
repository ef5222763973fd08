package dev.tidar.openai.autoconfigure;

import dev.tidar.openai.Reply;
import dev.tidar.openai.Sha256;
import dev.tidar.openai.error.ApiError;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * The keys of which a client must send one. They are compared by digest, all of them each time, so that the time it
 * takes says nothing about any of them. Immutable.
 */
final class ApiKeys {

    /** What a client may do whose key is right. */
    static final String AUTHORITY = "ROLE_OPENAI_API";

    private static final String SCHEME = "Bearer ";

    private final List<byte[]> digests;

    ApiKeys(List<String> keys) {
        digests = keys.stream().map(Sha256::of).toList();
    }

    /** What a client sends; empty without a bearer token. */
    static Optional<Authentication> token(@Nullable String header) {
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(UsernamePasswordAuthenticationToken.unauthenticated(
                        "bearer", header.substring(SCHEME.length()).strip()))
                : Optional.empty();
    }

    /**
     * The caller, whose name is {@code api-key-1} for the first key.
     *
     * @throws BadCredentialsException if the key is none of ours
     */
    Authentication authenticate(Authentication sent) {
        byte[] digest = Sha256.of(String.valueOf(sent.getCredentials()));
        int found = 0;
        for (int i = 0; i < digests.size(); i++) {
            if (MessageDigest.isEqual(digests.get(i), digest)) {
                found = i + 1;
            }
        }
        if (found == 0) {
            throw new BadCredentialsException("the bearer token is none of tidar.openai.api-keys");
        }
        return UsernamePasswordAuthenticationToken.authenticated(
                "api-key-" + found, null, AuthorityUtils.createAuthorityList(AUTHORITY));
    }

    /** What a client is told without a key, or with a wrong one. */
    static Reply.Whole rejection() {
        Reply.Whole error = Reply.of(ApiError.rejected(
                401,
                null,
                "invalid_api_key",
                "the header Authorization must be Bearer with an API key of this server, but is not"));
        Map<String, String> headers = new LinkedHashMap<>(error.headers());
        headers.put(HttpHeaders.WWW_AUTHENTICATE, SCHEME.strip());
        return new Reply.Whole(error.status(), headers, error.json());
    }
}
