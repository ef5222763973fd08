package dev.tidar.sample;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium, driven through ChromeDriver by the few commands of the W3C WebDriver protocol that we need. */
final class Browser implements AutoCloseable {

    /** The reserved name under which WebDriver passes elements. */
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    private Browser(Process driver, Path chromium, Path profile) {
        this.driver = driver;
        String root = "http://127.0.0.1:" + portOf(driver);
        List<String> arguments = List.of(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--user-data-dir=" + profile);
        var options = Map.of("binary", chromium.toString(), "args", arguments);
        JsonNode made = send(
                "POST",
                root + "/session",
                Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", options))));
        session = root + "/session/" + made.get("sessionId").asString();
    }

    /** Starts both programs with a fresh profile. */
    static Browser start(Path profile) throws IOException {
        Process driver = new ProcessBuilder(onPath("chromedriver").orElseThrow().toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        boolean started = false;
        try {
            var browser = new Browser(driver, onPath("chromium").orElseThrow(), profile);
            started = true;
            return browser;
        } finally {
            if (!started) {
                driver.destroy();
            }
        }
    }

    /** The program of this name, if a folder of the PATH holds one. */
    static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void open(String url) {
        command("/url", Map.of("url", url));
    }

    /** Sets the size that the page has to itself, in CSS pixels, and the colour scheme it is asked for. */
    void emulate(int width, int height, String colourScheme) {
        devtools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        devtools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colourScheme))));
    }

    /** Clicks as a user does; fails if the element is hidden or covered. */
    void click(String selector) {
        command("/element/" + find(selector) + "/click", Map.of());
    }

    /** Types into an element; \uE007 is Enter and \uE00C is Escape. */
    void type(String selector, String keys) {
        command("/element/" + find(selector) + "/value", Map.of("text", keys));
    }

    /** What a function body returns in the page. */
    JsonNode evaluate(String script, Object... arguments) {
        return command("/execute/sync", Map.of("script", script, "args", arguments));
    }

    boolean isTrue(String expression) {
        return evaluate("return Boolean(" + expression + ")").asBoolean();
    }

    /** Waits, for a minute at most, until an expression is true in the page. */
    void awaitTrue(String expression) {
        await(expression)
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> isTrue(expression));
    }

    /** Gives a field a value, as if it were typed. */
    void set(String id, String value) {
        evaluate(
                "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
                        + "field.dispatchEvent(new Event('input', {bubbles: true}))",
                id,
                value);
    }

    String text(String selector) {
        return evaluate("return document.querySelector(arguments[0])?.textContent ?? ''", selector)
                .asString();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                Base64.getDecoder()
                        .decode(send("GET", session + "/screenshot", null).asString()));
    }

    /** Messages of the browser's console: rejected content, script errors, failed requests. */
    List<String> console() {
        return Stream.of(command("/se/log", Map.of("type", "browser")))
                .flatMap(entries -> entries.values().stream())
                .map(entry -> entry.get("message").asString())
                .toList();
    }

    @Override
    public void close() {
        try {
            send("DELETE", session, null);
        } finally {
            driver.destroy();
        }
    }

    private String find(String selector) {
        return command("/element", Map.of("using", "css selector", "value", selector))
                .get(ELEMENT)
                .asString();
    }

    private void devtools(String method, Map<String, Object> parameters) {
        command("/goog/cdp/execute", Map.of("cmd", method, "params", parameters));
    }

    private JsonNode command(String path, Map<String, Object> body) {
        return send("POST", session + path, body);
    }

    private JsonNode send(String method, String url, @Nullable Object body) {
        try {
            var publisher = body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body));
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .method(method, publisher)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode value = json.readTree(response.body()).get("value");
            if (response.statusCode() != 200) {
                throw new IllegalStateException(method + " " + url + ": " + value.get("message"));
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the browser worked", e);
        }
    }

    private static int portOf(Process driver) {
        var lines = new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8)).lines();
        return lines.map(PORT::matcher)
                .filter(Matcher::find)
                .map(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("chromedriver ended before it listened"));
    }
}
