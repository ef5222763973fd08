package dev.tidar.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hub on the loopback interface that serves one repository as the Hugging Face hub does: safetensors files are in
 * large-file storage and come from another host, the rest comes from the hub itself. It misbehaves when it is told to.
 */
public final class HubServer implements AutoCloseable {

    public static final String REPOSITORY = "acme/tiny";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final Pattern RESOLVE = Pattern.compile("/acme/tiny/resolve/" + COMMIT + "/(.+)");

    /** Answers a request in place of the server. */
    @FunctionalInterface
    public interface Misbehaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    /**
     * A request as it came.
     *
     * @param token the header Authorization, or nothing
     * @param range the header Range, or nothing
     */
    public record Request(String host, String method, String path, String token, String range) {}

    private final HttpServer hub = server();
    private final HttpServer storage = server();
    private final ExecutorService threads = Executors.newCachedThreadPool(HubServer::daemon);
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, Queue<Misbehaviour>> misbehaviours = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    public HubServer() {
        hub.createContext("/", exchange -> handle("hub", exchange, this::answerAsHub));
        storage.createContext("/", exchange -> handle("storage", exchange, this::answerAsStorage));
        Stream.of(hub, storage).forEach(server -> {
            server.setExecutor(threads);
            server.start();
        });
    }

    /** Serves all files of a folder. */
    public static HubServer of(Path folder) {
        HubServer server = new HubServer();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                server.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return server;
    }

    /** Every file and link of a cache, with a link's target after an arrow. */
    public static List<String> tree(Path cache) {
        try (Stream<Path> all = Files.walk(cache)) {
            return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> shown(cache, path))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shown(Path cache, Path path) {
        String name = cache.relativize(path).toString().replace('\\', '/');
        try {
            return Files.isSymbolicLink(path)
                    ? name + " -> " + Files.readSymbolicLink(path).toString().replace('\\', '/')
                    : name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public HubServer put(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    public HubServer put(String name, String content) {
        return put(name, content.getBytes(UTF_8));
    }

    public void remove(String name) {
        files.remove(name);
    }

    /** The next requests of this method and path end are answered so, one each; then all is well again. */
    public HubServer misbehave(String methodAndEnd, Misbehaviour... next) {
        misbehaviours.computeIfAbsent(methodAndEnd, key -> new ArrayDeque<>()).addAll(List.of(next));
        return this;
    }

    public URI address() {
        return address(hub);
    }

    public URI storageAddress() {
        return address(storage);
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Waits until so many requests of this method and path end have come. */
    public void awaitRequests(String method, String end, int count) {
        synchronized (requests) {
            while (requests.stream()
                            .filter(request -> request.method().equals(method)
                                    && request.path().endsWith(end))
                            .count()
                    < count) {
                try {
                    requests.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** The names of files whose bytes were asked for, in order. */
    public List<String> downloads() {
        return requests.stream()
                .filter(request ->
                        request.host().equals("hub") && request.method().equals("GET"))
                .map(request -> RESOLVE.matcher(request.path()))
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .toList();
    }

    public byte[] content(String name) {
        return files.get(name);
    }

    /** The hash by which the hub knows a file. */
    public String hash(String name) {
        byte[] content = content(name);
        return isLarge(name)
                ? hex("SHA-256", content)
                : hex("SHA-1", ("blob " + content.length + "\0").getBytes(US_ASCII), content);
    }

    /** Answers with a status and headers of a name and a value each. */
    public static Misbehaviour status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Announces all bytes, sends so many of them, and cuts the connection. */
    public Misbehaviour cut(String name, int bytes) {
        return exchange -> {
            byte[] content = content(name);
            int from = from(exchange);
            header(exchange, from, content.length);
            exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, bytes);
            exchange.getResponseBody().flush();
            throw new IOException("cut as the test asks");
        };
    }

    /** Sends these bytes whatever was asked for. */
    public static Misbehaviour send(byte[] content) {
        return exchange -> {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
        };
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }

    private void handle(String host, HttpExchange exchange, Misbehaviour usual) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        String path = exchange.getRequestURI().getRawPath();
        synchronized (requests) {
            requests.add(new Request(
                    host,
                    exchange.getRequestMethod(),
                    path,
                    String.valueOf(headers.getFirst("Authorization")),
                    String.valueOf(headers.getFirst("Range"))));
            requests.notifyAll();
        }
        try (exchange) {
            misbehaviour(host + " " + exchange.getRequestMethod(), path, usual).answer(exchange);
        }
    }

    private synchronized Misbehaviour misbehaviour(String hostAndMethod, String path, Misbehaviour usual) {
        for (Map.Entry<String, Queue<Misbehaviour>> entry : misbehaviours.entrySet()) {
            int space = entry.getKey().lastIndexOf(' ');
            boolean meant = hostAndMethod.endsWith(entry.getKey().substring(0, space))
                    && path.endsWith(entry.getKey().substring(space + 1));
            if (meant && !entry.getValue().isEmpty()) {
                return entry.getValue().remove();
            }
        }
        return usual;
    }

    private void answerAsHub(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            send(exchange, 200, listing().getBytes(UTF_8));
            return;
        }
        Matcher file = RESOLVE.matcher(path);
        if (!file.matches() || !files.containsKey(file.group(1))) {
            exchange.getResponseHeaders().set("X-Error-Code", file.matches() ? "EntryNotFound" : "RepoNotFound");
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        String name = file.group(1);
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        if (isLarge(name)) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + hash(name) + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content(name).length));
            exchange.getResponseHeaders().set("Location", storageAddress() + "/" + name + "?signature=secret");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", '"' + hash(name) + '"');
            send(exchange, content(name));
        }
    }

    private void answerAsStorage(HttpExchange exchange) throws IOException {
        send(exchange, content(exchange.getRequestURI().getPath().substring(1)));
    }

    private void send(HttpExchange exchange, byte[] content) throws IOException {
        int from = from(exchange);
        if (from > 0 && from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        header(exchange, from, content.length);
        send(exchange, from == 0 ? 200 : 206, java.util.Arrays.copyOfRange(content, from, content.length));
    }

    private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(content);
        }
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
    }

    private static void header(HttpExchange exchange, int from, int length) {
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes %d-%d/%d".formatted(from, length - 1, length));
        }
    }

    private String listing() {
        return "{\"id\":\"%s\",\"sha\":\"%s\",\"siblings\":[%s]}"
                .formatted(
                        REPOSITORY,
                        COMMIT,
                        files.keySet().stream()
                                .map(name -> "{\"rfilename\":\"" + name + "\"}")
                                .collect(Collectors.joining(",")));
    }

    private static boolean isLarge(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".bin") || name.endsWith(".gguf");
    }

    private static String hex(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "hub-server");
        thread.setDaemon(true);
        return thread;
    }
}
