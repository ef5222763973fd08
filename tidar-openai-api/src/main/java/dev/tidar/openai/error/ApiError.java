package dev.tidar.openai.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error in the shape that OpenAI's clients read.
 *
 * @param status of the HTTP response
 * @param type kind of the error, such as {@code invalid_request_error}
 * @param param field of the request that is at fault; empty if none is
 * @param code what exactly is wrong, for programs; empty where the type says it all
 * @param message what is wrong, for people
 * @param retryAfter when to try again; empty where that does not help or nobody knows
 */
public record ApiError(
        int status,
        String type,
        Optional<String> param,
        Optional<String> code,
        String message,
        Optional<Duration> retryAfter) {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final String RATE_LIMIT = "rate_limit_error";

    /** 400: a field has a value that cannot be served. */
    public static ApiError invalid(String param, String message) {
        return invalid(Optional.of(param), Optional.empty(), message);
    }

    /** 400: the request can never be served as it is. */
    public static ApiError invalid(Optional<String> param, Optional<String> code, String message) {
        return new ApiError(400, INVALID_REQUEST, param, code, message, Optional.empty());
    }

    /** 400, and not 401 to 499: the request itself is fine, but not what it came with or where it was sent. */
    public static ApiError rejected(int status, @Nullable String param, @Nullable String code, String message) {
        return new ApiError(
                status,
                INVALID_REQUEST,
                Optional.ofNullable(param),
                Optional.ofNullable(code),
                message,
                Optional.empty());
    }

    /** 429: the same request can succeed later. */
    public static ApiError tooMany(String code, String message, Optional<Duration> retryAfter) {
        return new ApiError(429, RATE_LIMIT, Optional.empty(), Optional.of(code), message, retryAfter);
    }

    /** 503: nothing is served now. */
    public static ApiError unavailable(String code, String message, Optional<Duration> retryAfter) {
        return new ApiError(503, SERVER, Optional.empty(), Optional.of(code), message, retryAfter);
    }

    /** 500: the server failed. */
    public static ApiError failed(String message) {
        return new ApiError(500, SERVER, Optional.empty(), Optional.empty(), message, Optional.empty());
    }

    /** The body of a response, or the data of an event in a stream: {@code {"error": {...}}}. */
    public String json() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        ObjectNode error = root.putObject("error");
        error.put("message", message);
        error.put("type", type);
        error.put("param", param.orElse(null));
        error.put("code", code.orElse(null));
        return root.toString();
    }
}
