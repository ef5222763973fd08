package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** On a server of its own with short times, which sends without end. */
@DisplayName("A slow client")
class ConnectionLimitsTest {

    private final CountDownLatch given = new CountDownLatch(1);

    private DisposableServer server;

    @BeforeEach
    void serve() {
        Duration shortly = Duration.ofMillis(100);
        var limits = new ConnectionLimits(new SampleProperties(List.of(), shortly, shortly, shortly));
        Flux<String> endless = Flux.<String>generate(sink -> sink.next("x".repeat(1 << 16)))
                .doFinally(end -> given.countDown());
        server = limits.apply(HttpServer.create().host("127.0.0.1").port(0))
                .route(routes -> routes.get("/", (request, response) -> response.sendString(endless))
                        .post("/", (request, response) -> response.sendString(
                                request.receive().aggregate().asString())))
                .bindNow();
    }

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    @Test
    void isDisconnectedIfItSendsNothing() throws IOException {
        assertThat(readAllAfter("")).isEmpty();
    }

    @Test
    void isDisconnectedIfItsHeadersDoNotEnd() throws IOException {
        assertThat(readAllAfter("GET / HTTP/1.1\r\nHost: localhost\r\n")).isEmpty();
    }

    @Test
    void isDisconnectedIfItsBodyDoesNotEnd() throws IOException {
        assertThat(readAllAfter("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"))
                .isEmpty();
    }

    @Test
    void isGivenUpIfItDoesNotRead() throws IOException, InterruptedException {
        try (var socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            given.await();
        }
    }

    /** Returns when the server has closed the connection. */
    private String readAllAfter(String sent) throws IOException {
        try (var socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
