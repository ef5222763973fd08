package dev.tidar.openai;

import dev.tidar.openai.error.ApiError;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Flux;

/** What goes back to a client, whichever web stack sends it. */
public sealed interface Reply {

    /** Of the HTTP response. */
    int status();

    /** Headers of the HTTP response, in order, the content type among them. */
    Map<String, String> headers();

    /**
     * One JSON object.
     *
     * @param json its text
     */
    record Whole(int status, Map<String, String> headers, String json) implements Reply {}

    /**
     * Server-sent events. An error among them has been turned into an event.
     *
     * @param events the text of each event with the empty line after it; to cancel the subscription stops the engine
     */
    record Events(int status, Map<String, String> headers, Flux<String> events) implements Reply {}

    /** A JSON object with status 200. */
    static Reply ok(String json) {
        return new Whole(200, json(), json);
    }

    /** An error, with the time to wait as a header where there is one. */
    static Whole of(ApiError error) {
        Map<String, String> headers = json();
        error.retryAfter().ifPresent(time -> headers.put("Retry-After", wholeSeconds(time)));
        return new Whole(error.status(), headers, error.json());
    }

    /**
     * Server-sent events with status 200.
     *
     * @param data the data of each event, which has no line breaks
     */
    static Reply events(Flux<String> data) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/event-stream;charset=UTF-8");
        headers.put("Cache-Control", "no-cache");
        headers.put("X-Accel-Buffering", "no"); // or nginx keeps events back
        return new Events(200, headers, data.map(json -> "data: " + json + "\n\n"));
    }

    private static Map<String, String> json() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        return headers;
    }

    /** Rounded up, so that no client tries again too early. */
    private static String wholeSeconds(Duration time) {
        return String.valueOf(time.plusNanos(999_999_999).toSeconds());
    }
}
