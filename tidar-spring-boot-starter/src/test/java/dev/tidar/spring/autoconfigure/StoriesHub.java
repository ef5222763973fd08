package dev.tidar.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A hub on the loopback interface that serves the files of one folder as the model {@code acme/stories}. */
final class StoriesHub implements AutoCloseable {

    static final String MODEL = "hf:acme/stories";

    private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

    private final HttpServer server;
    private final Path folder;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The token that the model is gated for; empty if everybody may read it. */
    volatile String gate = "";

    /** Half of the weights are sent at once, the other half when this is zero. */
    volatile CountDownLatch half = new CountDownLatch(0);

    /** Zero once the first half has been sent. */
    final CountDownLatch sent = new CountDownLatch(1);

    StoriesHub(Path folder) throws IOException {
        this.folder = folder;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/models/acme/stories/revision/main", this::list);
        server.createContext("/acme/stories/resolve/" + COMMIT + "/", this::file);
        server.setExecutor(threads);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        half.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void list(HttpExchange exchange) throws IOException {
        try (exchange;
                Stream<Path> files = Files.list(folder)) {
            String siblings = files.map(file -> "{\"rfilename\": \"" + file.getFileName() + "\"}")
                    .collect(Collectors.joining(","));
            byte[] answer = "{\"sha\": \"%s\", \"siblings\": [%s]}"
                    .formatted(COMMIT, siblings)
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private void file(HttpExchange exchange) throws IOException {
        try (exchange) {
            String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            if (!gate.isEmpty() && !token.equals("Bearer " + gate)) {
                exchange.getResponseHeaders().set("X-Error-Code", "GatedRepo");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            String path = exchange.getRequestURI().getPath();
            byte[] content = Files.readAllBytes(folder.resolve(path.substring(path.lastIndexOf('/') + 1)));
            exchange.getResponseHeaders().set("ETag", '"' + gitHash(content) + '"');
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, content.length / 2);
            exchange.getResponseBody().flush();
            if (path.endsWith(".safetensors")) {
                sent.countDown();
                half.await();
            }
            exchange.getResponseBody().write(content, content.length / 2, content.length - content.length / 2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String gitHash(byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(("blob " + content.length + "\0").getBytes(US_ASCII));
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static StoriesHub of(Path folder) {
        try {
            return new StoriesHub(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
