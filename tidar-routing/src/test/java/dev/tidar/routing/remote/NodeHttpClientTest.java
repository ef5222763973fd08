package dev.tidar.routing.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.RequestOptions;
import com.openai.core.http.HttpMethod;
import com.openai.core.http.HttpRequest;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The transport to a node")
class NodeHttpClientTest {

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private final NodeHttpClient client =
            new NodeHttpClient(Optional.empty(), Duration.ofSeconds(10), Clock.systemUTC());

    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            arrived.add(exchange.getRequestHeaders().getFirst(NodeHttpClient.REQUEST_ID));
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void sendsNothingThatWasGivenUpBefore() {
        client.expect("given-up");
        client.giveUp("given-up");
        client.expect("wanted");

        var givenUp = client.executeAsync(request("given-up"), RequestOptions.none());
        var wanted = client.executeAsync(request("wanted"), RequestOptions.none());

        assertThat(wanted).succeedsWithin(Duration.ofMinutes(1));
        assertThat(arrived).containsExactly("wanted");
        assertThat(givenUp).isNotDone();
        client.giveUp("wanted");
    }

    private HttpRequest request(String id) {
        return HttpRequest.builder()
                .method(HttpMethod.GET)
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .addPathSegments("v1", "models")
                .putHeader(NodeHttpClient.REQUEST_ID, id)
                .build();
    }
}
