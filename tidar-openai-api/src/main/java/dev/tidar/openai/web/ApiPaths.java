package dev.tidar.openai.web;

import dev.tidar.openai.Reply;
import dev.tidar.openai.error.ApiError;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.MediaType;

/**
 * The paths of the API, and the answers to requests that are none of ours, for both web stacks.
 *
 * @param prefix what all paths begin with, such as {@code /v1}
 * @param maxBodyBytes length of a body at most
 */
public record ApiPaths(String prefix, int maxBodyBytes) {

    String completions() {
        return prefix + "/chat/completions";
    }

    String models() {
        return prefix + "/models";
    }

    String model() {
        return prefix + "/models/{id}";
    }

    /** Paths of OpenAI's API that clients often try; others are left to the application. */
    List<String> unserved() {
        return List.of(prefix + "/completions", prefix + "/responses", prefix + "/embeddings");
    }

    Reply notServed(String path) {
        return Reply.of(ApiError.rejected(
                404, null, "unknown_url", "%s is not served here; POST %s is".formatted(path, completions())));
    }

    static Reply wrongMethod(String allowed) {
        return Reply.of(ApiError.rejected(
                405, null, "method_not_allowed", "the method must be %s, but is another".formatted(allowed)));
    }

    static boolean isJson(Optional<MediaType> contentType) {
        return contentType.filter(MediaType.APPLICATION_JSON::isCompatibleWith).isPresent();
    }

    /** Also keeps out pages of strangers, whose scripts can send other types without asking first. */
    static Reply wrongType() {
        return Reply.of(ApiError.rejected(
                415, null, "unsupported_media_type", "the header Content-Type must be application/json, but is not"));
    }

    Reply tooLarge() {
        return Reply.of(ApiError.rejected(
                413,
                null,
                "request_too_large",
                String.format(
                        Locale.ROOT,
                        "the body must have at most %d bytes, but has more; whoever runs the server can raise tidar.openai.max-body-size",
                        maxBodyBytes)));
    }
}
