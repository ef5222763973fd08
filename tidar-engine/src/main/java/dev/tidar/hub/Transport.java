package dev.tidar.hub;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubOptions;
import dev.tidar.api.HubToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to a hub and follows its redirects, one by one, because the token goes to the hub alone: never to
 * another host, port or scheme, whoever redirects there.
 */
final class Transport {

    private static final int MAX_REDIRECTS = 10;

    /** What a hub says of a file on the way to where its bytes are. */
    private static final List<String> OF_FILE = List.of("x-repo-commit", "x-linked-etag", "x-linked-size");

    private final HttpClient client;
    private final HubOptions options;
    private final Optional<HubToken> token;
    private final Stop stop;

    Transport(HubOptions options, Optional<HubToken> token, Stop stop) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.connectTimeout())
                .build();
        this.options = options;
        this.token = token;
        this.stop = stop;
    }

    /**
     * The answer to a request, whatever its status; redirects are followed.
     *
     * @param headers those of the request, besides the ones that all requests have
     * @throws HubException if there is no answer, or a redirect that cannot be followed
     */
    Answer get(URI address, Map<String, String> headers) {
        return send("GET", address, headers);
    }

    /** The headers alone. A redirect to another host is an answer, because the hub itself has said what it knows. */
    Answer head(URI address) {
        return send("HEAD", address, Map.of());
    }

    private Answer send(String method, URI first, Map<String, String> headers) {
        URI address = first;
        Map<String, List<String>> ofFile = new TreeMap<>();
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            Answer answer = once(method, address, headers, ofFile);
            Optional<URI> next = redirect(answer);
            boolean isThere = next.isEmpty() || method.equals("HEAD") && !isHub(next.get());
            if (isThere) {
                return answer;
            }
            answer.close();
            address = next.get();
        }
        throw new HubException(
                Fault.WRONG_ANSWER,
                "%s redirects more than %d times; check the address of the hub (HF_ENDPOINT)"
                        .formatted(options.endpoint(), MAX_REDIRECTS));
    }

    private Answer once(String method, URI address, Map<String, String> headers, Map<String, List<String>> ofFile) {
        boolean ofHub = isHub(address);
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, BodyPublishers.noBody())
                .header("User-Agent", "tidar")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (ofHub) {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.value()));
        }
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = await(request.build());
        var body = new Body(options.readTimeout(), stop);
        response.body().subscribe(body);
        if (ofHub) {
            OF_FILE.forEach(
                    name -> response.headers().firstValue(name).ifPresent(value -> ofFile.put(name, List.of(value))));
        }
        Map<String, List<String>> all = new TreeMap<>(ofFile);
        response.headers().map().forEach((name, values) -> {
            if (!OF_FILE.contains(name)) {
                all.put(name, values);
            }
        });
        return new Answer(address, response.statusCode(), HttpHeaders.of(all, (name, value) -> true), body, ofHub);
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> await(HttpRequest request) {
        CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
                client.sendAsync(request, BodyHandlers.ofPublisher());
        long limit = options.connectTimeout().plus(options.readTimeout()).toNanos();
        long end = System.nanoTime() + limit;
        try {
            while (true) {
                stop.requireNeeded();
                try {
                    return answer.get(Stop.TICK.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - end > 0) {
                        throw unreachable(
                                request.uri(),
                                new HttpTimeoutException("no answer in %d ms".formatted(limit / 1_000_000)));
                    }
                }
            }
        } catch (InterruptedException e) {
            throw Stop.interrupted();
        } catch (ExecutionException e) {
            throw unreachable(
                    request.uri(), e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        } finally {
            answer.cancel(true);
        }
    }

    private Optional<URI> redirect(Answer answer) {
        boolean redirects = List.of(301, 302, 303, 307, 308).contains(answer.status());
        Optional<String> location = redirects ? answer.header("location") : Optional.empty();
        if (location.isEmpty()) {
            return Optional.empty();
        }
        URI next;
        try {
            next = answer.address().resolve(location.get());
        } catch (IllegalArgumentException e) {
            throw badRedirect(answer, "to what is no address");
        }
        boolean leavesTls = "https".equals(answer.address().getScheme()) && !"https".equals(next.getScheme());
        if (next.getHost() == null || !List.of("http", "https").contains(next.getScheme()) || leavesTls) {
            throw badRedirect(answer, leavesTls ? "from https to another scheme" : "to what is no http address");
        }
        return Optional.of(next);
    }

    private HubException badRedirect(Answer answer, String where) {
        answer.close();
        return new HubException(
                Fault.WRONG_ANSWER,
                "%s redirects %s; check the address of the hub (HF_ENDPOINT)"
                        .formatted(answer.address().getHost(), where));
    }

    /** Whether an address is at the hub itself: the only place that may see the token. */
    private boolean isHub(URI address) {
        URI hub = options.endpoint();
        return hub.getScheme().equalsIgnoreCase(address.getScheme())
                && hub.getHost().equalsIgnoreCase(address.getHost())
                && port(hub) == port(address);
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
    }

    /** The failure of a connection, which may pass. */
    static HubException unreachable(URI address, IOException cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.toString();
        return new HubException(
                Fault.UNREACHABLE,
                "%s cannot be reached, or breaks off (%s); check the network, a proxy (-Dhttps.proxyHost) and HF_ENDPOINT"
                        .formatted(host(address), reason),
                cause,
                Optional.empty());
    }

    private static String host(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}
