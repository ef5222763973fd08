package dev.tidar.openai.web;

import static org.awaitility.Awaitility.await;

import dev.tidar.openai.Reply;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Jetty, unlike Tomcat, tells no listener of a write that has failed. */
@DisplayName("A reply on Jetty")
class ReplyOnJettyTest {

    private final Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    void endsWhenItsClientHasLeft() throws Exception {
        var server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var context = new ServletContextHandler();
        var servlet = new ServletHolder(new Streaming());
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/*");
        server.setHandler(context);
        server.start();
        try {
            readAndLeave(server.getURI().getPort());

            await().until(() -> events.tryEmitNext("more").isFailure());
            await().untilTrue(ended);
        } finally {
            server.stop();
        }
    }

    private void readAndLeave(int port) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> events.currentSubscriberCount() == 1);
            events.tryEmitNext("one").orThrow();
            client.getInputStream().readNBytes(1);
            client.setSoLinger(true, 0); // so that the next write finds out
        }
    }

    /** Streams the events. */
    private final class Streaming extends HttpServlet implements AsyncListener {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            new AsyncReply(Mono.just(Reply.events(events.asFlux()))).writeTo(request, response, List::of);
            request.getAsyncContext().addListener(this);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            ended.set(true);
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
