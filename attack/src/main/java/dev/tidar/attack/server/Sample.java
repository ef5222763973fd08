package dev.tidar.attack.server;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sample as a process on a port of its own, from its jar and its libraries as a container has them: such a start
 * takes two thirds of the processor time of one from the executable jar. Closing it kills it.
 */
final class Sample implements AutoCloseable {

    static final Duration LONGEST_START = Duration.ofMinutes(2);

    /** A question whose greedy answer is the same in every process. */
    static final String QUESTION =
            "{\"messages\": [{\"role\": \"user\", \"text\": \"What is a JVM?\"}], \"maxTokens\": 6, \"temperature\": 0}";

    private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");
    private static final Pattern RUNNING = Pattern.compile("\"running\":(\\d+)");
    private static final Pattern TEXT = Pattern.compile("\"step\":\\d+,\"text\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    private final Child process;
    private int port;

    private Sample(Child process) {
        this.process = process;
    }

    /**
     * Starts a process; it has no port yet.
     *
     * @param name name of the file with its output
     * @param options of the JVM
     * @param properties of the application, such as {@code --tidar.model=...}
     */
    static Sample launch(String name, List<String> options, List<String> properties) throws IOException {
        return launchCommand(name, command(options, properties), builder -> {});
    }

    private static final class Extracted {

        static final Path JAR = extract();

        private static Path extract() {
            try {
                Path executable = Checkout.sampleJar();
                Path folder = Checkout.scratch("sample");
                Checkout.delete(folder);
                List<String> tool =
                        List.of("-jar", executable.toString(), "extract", "--destination", folder.toString());
                Path log = Checkout.scratch("logs").resolve("extract.log");
                try (Child child = Child.start(log, Child.java(List.of("-Djarmode=tools"), tool), builder -> {})) {
                    if (!child.awaitEnd(LONGEST_START) || child.exitCode() != 0) {
                        throw new IllegalStateException("the sample is not extracted: " + child.tail());
                    }
                }
                return folder.resolve(executable.getFileName());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while the sample is extracted", e);
            }
        }
    }

    /** Starts a process by a command of its own, which ends in that of {@link #command}. */
    static Sample launchCommand(String name, List<String> command, Consumer<ProcessBuilder> changes)
            throws IOException {
        Path log = Checkout.scratch("logs").resolve(name + ".log");
        return new Sample(Child.start(log, command, changes));
    }

    static List<String> command(List<String> options, List<String> properties) {
        List<String> jvm = new ArrayList<>();
        jvm.add("-XX:TieredStopAtLevel=1"); // nothing is measured here, and C2 takes two fifths of the time of a start
        jvm.addAll(options);
        List<String> program = new ArrayList<>(
                List.of("-jar", Extracted.JAR.toString(), "--server.port=0", "--server.address=127.0.0.1"));
        program.addAll(properties);
        return Child.java(jvm, program);
    }

    /** Starts a process with these properties, and waits until it serves. */
    static Sample serving(String name, List<String> options, List<String> properties)
            throws IOException, InterruptedException {
        Sample sample = launch(name, options, properties);
        if (sample.awaitPort(LONGEST_START).isEmpty()) {
            String tail = sample.process().tail();
            sample.close();
            throw new IOException("the sample does not start: " + tail);
        }
        return sample;
    }

    /** The property that unpacks the model into a folder that all attacks share. */
    static String sharedCache() throws IOException {
        return "--tidar.model-cache=" + Checkout.scratch("model-cache");
    }

    /** Waits for the port; empty if the process ended, or did not open one in time. */
    OptionalInt awaitPort(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            Matcher found = PORT.matcher(process.output());
            if (found.find()) {
                port = Integer.parseInt(found.group(1));
                return OptionalInt.of(port);
            }
            if (process.awaitEnd(Duration.ofMillis(50))) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    Child process() {
        return process;
    }

    int port() {
        return port;
    }

    /** Takes the port as known, for a process without output. */
    void setPort(int number) {
        port = number;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(request(path).GET().build(), BodyHandlers.ofString());
    }

    /** Sends a chat request and waits for the end of its stream. */
    HttpResponse<String> chat(String body) throws IOException, InterruptedException {
        return HTTP.send(
                request("/api/chat")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(90));
    }

    /** The text of the answer to {@link #QUESTION}. */
    String answer() throws IOException, InterruptedException {
        HttpResponse<String> response = chat(QUESTION);
        if (!response.body().contains("event:done")) {
            throw new IOException("no answer but %d: %s".formatted(response.statusCode(), response.body()));
        }
        var text = new StringBuilder();
        TEXT.matcher(response.body()).results().forEach(match -> text.append(match.group(1)));
        return text.toString();
    }

    /** Waits until the engine runs nothing; false if it still does at the end of the limit. */
    boolean awaitIdle(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            Matcher running = RUNNING.matcher(get("/api/engine").body());
            if (running.find() && running.group(1).equals("0")) {
                return true;
            }
            Thread.sleep(100);
        }
        return false;
    }

    @Override
    public void close() {
        process.close();
    }
}
