package dev.tidar.routing.remote;

import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends the requests of OpenAI's client to one server and nowhere else: redirects are not followed, nothing is sent
 * twice, a request can be given up before its answer has begun, lines and errors are bounded, and the key is added
 * here, so that nothing before this class knows it. Thread-safe.
 */
final class NodeHttpClient implements HttpClient {

    /** Names a request, so that it can be given up, and found in the log of the server. */
    static final String REQUEST_ID = "X-Request-Id";

    private static final int MAX_ERROR_BYTES = 1 << 16;

    /** Set by the JDK's client itself, or by this class. */
    private static final Set<String> NOT_COPIED =
            Set.of("authorization", "connection", "content-length", "expect", "host", "upgrade");

    private final java.net.http.HttpClient http;
    private final Optional<String> apiKey;
    private final ErrorStatus errors;
    /** The requests that somebody waits for, also those that are not sent yet. */
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    private final Map<String, CompletableFuture<java.net.http.HttpResponse<Body>>> exchanges =
            new ConcurrentHashMap<>();

    /** @param connectTimeout how long a connection may take */
    NodeHttpClient(Optional<String> apiKey, Duration connectTimeout, Clock clock) {
        this.apiKey = apiKey;
        this.errors = new ErrorStatus(clock);
        this.http = java.net.http.HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .build();
    }

    /** Answers to one request: the events of a stream, or the beginning of anything else. */
    private record Body(Optional<InputStream> events, byte[] other) {}

    /** Says before a request that it will come, and has to be given up in the end. */
    void expect(String requestId) {
        wanted.add(requestId);
    }

    /**
     * Ends a request at any time, also before it is sent, and hangs up. It must come before the client closes its
     * stream, because that waits for the line which is being read.
     */
    void giveUp(String requestId) {
        wanted.remove(requestId);
        CompletableFuture<java.net.http.HttpResponse<Body>> exchange = exchanges.remove(requestId);
        if (exchange != null && !exchange.cancel(true) && !exchange.isCompletedExceptionally()) {
            exchange.join().body().events().ifPresent(NodeHttpClient::close);
        }
    }

    private static void close(InputStream events) {
        try {
            events.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public HttpResponse execute(HttpRequest request, RequestOptions options) {
        return executeAsync(request, options).join();
    }

    @Override
    public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
        List<String> ids = request.headers().values(REQUEST_ID);
        if (isGivenUp(ids)) {
            return new CompletableFuture<>(); // for which nobody waits
        }
        var exchange = http.sendAsync(jdkRequest(request), events());
        ids.forEach(id -> exchanges.put(id, exchange));
        if (isGivenUp(ids)) { // meanwhile
            ids.forEach(this::giveUp);
        }
        return exchange.thenApply(this::response)
                .exceptionallyCompose(failure ->
                        isGivenUp(ids) ? new CompletableFuture<>() : CompletableFuture.failedFuture(failure));
    }

    private boolean isGivenUp(List<String> ids) {
        return !wanted.containsAll(ids);
    }

    private java.net.http.HttpRequest jdkRequest(HttpRequest request) {
        var jdk = java.net.http.HttpRequest.newBuilder(URI.create(request.url()));
        for (String name : request.headers().names()) {
            if (!NOT_COPIED.contains(name.toLowerCase(Locale.ROOT))) {
                request.headers().values(name).forEach(value -> jdk.header(name, value));
            }
        }
        apiKey.ifPresent(key -> jdk.header("Authorization", "Bearer " + key));
        HttpRequestBody body = request.body();
        if (body == null) {
            return jdk.method(request.method().name(), BodyPublishers.noBody()).build();
        }
        try (body) {
            var bytes = new ByteArrayOutputStream();
            body.writeTo(bytes);
            String type = body.contentType();
            return jdk.header("Content-Type", type == null ? "application/json" : type)
                    .method(request.method().name(), BodyPublishers.ofByteArray(bytes.toByteArray()))
                    .build();
        }
    }

    private static BodyHandler<Body> events() {
        return response -> isStream(response)
                ? BodySubscribers.mapping(
                        BodySubscribers.ofInputStream(),
                        body -> new Body(Optional.of(new BoundedLines(body)), new byte[0]))
                : BodySubscribers.mapping(new FirstBytes(MAX_ERROR_BYTES), body -> new Body(Optional.empty(), body));
    }

    private static boolean isStream(ResponseInfo response) {
        return response.statusCode() == 200 && contentType(response.headers()).startsWith("text/event-stream");
    }

    private static String contentType(java.net.http.HttpHeaders headers) {
        return headers.firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
    }

    private HttpResponse response(java.net.http.HttpResponse<Body> response) {
        if (response.statusCode() != 200) {
            throw errors.failure(
                    response.statusCode(), response.headers(), response.body().other());
        }
        InputStream events = response.body().events().orElseThrow(() -> {
            String type = contentType(response.headers());
            return new NodeFailure(
                    FailureKind.GARBLED,
                    "it answered with %s and not with a stream of events"
                            .formatted(type.matches("[a-z0-9.+/;= -]{1,64}") ? type : "another type"));
        });
        return new EventResponse(response, events);
    }

    /** The JDK's client has nothing to be closed; its threads end when it is no longer used. */
    @Override
    public void close() {}

    /** A stream of events as OpenAI's client wants it. */
    private record EventResponse(java.net.http.HttpResponse<Body> response, InputStream events)
            implements HttpResponse {

        @Override
        public int statusCode() {
            return response.statusCode();
        }

        @Override
        public Headers headers() {
            Headers.Builder headers = Headers.builder();
            response.headers().map().forEach(headers::put);
            return headers.build();
        }

        @Override
        public InputStream body() {
            return events;
        }

        @Override
        public void close() {
            NodeHttpClient.close(events);
        }
    }
}
