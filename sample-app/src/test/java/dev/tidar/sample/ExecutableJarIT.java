package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The executable jar")
class ExecutableJarIT {

    private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

    private static final int STREAMS = 25;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private Process application;

    private URI root;

    @Test
    void answersOnItsEmbeddedModelWhichItUnpacksOnce() throws IOException, InterruptedException {
        String first = startAndAsk("first");
        Map<Path, FileTime> unpacked = filesWithTimes();
        stop();
        String second = startAndAsk("second", "--spring.lifecycle.timeout-per-shutdown-phase=4s");

        assertThat(first).contains("event:chunk", "event:done", "\"finishReason\":\"length\"");
        assertThat(textOf(second)).isNotBlank().isEqualTo(textOf(first));
        assertThat(unpacked.keySet())
                .extracting(file -> file.getFileName().toString())
                .contains("config.json", "model-00001-of-00002.safetensors", "adapter_model.safetensors");
        assertThat(filesWithTimes()).isEqualTo(unpacked);

        List<CompletableFuture<String>> streams =
                Stream.generate(this::openStream).limit(STREAMS).toList();
        await("all requests").atMost(Duration.ofMinutes(1)).until(this::areAllThere);
        application.destroy();

        assertThat(streams)
                .as("16 run and end with an event, 9 wait and end with a problem")
                .allSatisfy(stream -> assertThat(stream.join())
                        .containsAnyOf(
                                "event:error\ndata:{\"type\":\"Engine stopped\"", "\"title\":\"Engine stopped\""));
        stop();
        assertThat(Files.readString(folder.resolve("second.log")))
                .contains("Shutting down: %d requests have up to 3600 ms to end".formatted(STREAMS))
                .contains("%d were ended with an error after 3600 ms".formatted(STREAMS))
                .satisfies(log -> assertThat(log.lines().filter(line -> line.contains(" WARN ")))
                        .singleElement()
                        .asString()
                        .contains("were ended with an error"));
    }

    @Test
    void endsWithinAStageWhenItIsAskedToWhileItsModelIsLoaded() throws IOException, InterruptedException {
        Path log = folder.resolve("loading.log");
        start(log);
        await("the first stages of loading")
                .atMost(Duration.ofMinutes(3))
                .until(() -> Files.readString(log).contains("packing weights"));

        stop();

        assertThat(Files.readString(log))
                .contains("The JVM ends while the TiDAR model is being loaded")
                .contains("The model is not loaded any further")
                .doesNotContain("ready", "Netty started");
    }

    /** Asks for an answer that does not come to its end in time. */
    private CompletableFuture<String> openStream() {
        return http.sendAsync(
                        ask("\"maxTokens\": 4000, \"temperature\": 1.5, \"seed\": 3"),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    private boolean areAllThere() throws IOException, InterruptedException {
        String engine = send(HttpRequest.newBuilder(root.resolve("/api/engine")).build());
        return number("queued", engine) + number("running", engine) == STREAMS;
    }

    private static int number(String field, String json) {
        Matcher value = Pattern.compile("\"%s\":(\\d+)".formatted(field)).matcher(json);
        assertThat(value.find()).as(json).isTrue();
        return Integer.parseInt(value.group(1));
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (application != null) {
            application.destroy();
            assertThat(application.waitFor(40, TimeUnit.SECONDS))
                    .as("ended when asked to")
                    .isTrue();
        }
    }

    private void start(Path log, String... options) throws IOException {
        var command = command();
        command.addAll(List.of(options));
        application = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private String startAndAsk(String run, String... options) throws IOException, InterruptedException {
        Path log = folder.resolve(run + ".log");
        start(log, options);
        int port = await("the port in " + log)
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> portIn(log), found -> found > 0);
        root = URI.create("http://127.0.0.1:" + port);

        assertThat(send(HttpRequest.newBuilder(root.resolve("/actuator/health/readiness"))
                        .build()))
                .contains("\"UP\"");
        return send(ask("\"maxTokens\": 8, \"temperature\": 0"));
    }

    private HttpRequest ask(String options) {
        return HttpRequest.newBuilder(root.resolve("/api/chat"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(2))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"messages\": [{\"role\": \"user\", \"text\": \"What is a JVM?\"}], %s}".formatted(options)))
                .build();
    }

    private ArrayList<String> command() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("sample.jvm.flags").split(" ")));
        command.addAll(List.of(
                "-jar",
                System.getProperty("sample.jar"),
                "--server.port=0",
                "--tidar.model-cache=" + folder.resolve("cache")));
        return command;
    }

    private int portIn(Path log) throws IOException {
        String output = Files.readString(log);
        Matcher port = PORT.matcher(output);
        if (!port.find()) {
            assertThat(application.isAlive()).as(output).isTrue();
            return 0;
        }
        return Integer.parseInt(port.group(1));
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private Map<Path, FileTime> filesWithTimes() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            var times = new TreeMap<Path, FileTime>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
            return times;
        }
    }

    private static String textOf(String events) {
        return Pattern.compile("\"step\":\\d+,\"text\":\"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(events)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.joining());
    }
}
