package dev.tidar.routing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/** An application that serves a model under /v1, in a process of its own that can be killed and started again. */
final class ServedInstance implements Closeable {

    private static final String LISTENS = "listens on ";

    private final Path model;
    private int port;
    private boolean serves;
    private Process process;

    ServedInstance(Path model) {
        this.model = model;
        this.process = start();
    }

    /** The program of the process. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Program {

        public static void main(String[] arguments) {
            var context = new SpringApplicationBuilder(Program.class)
                    .web(WebApplicationType.REACTIVE)
                    .run(arguments);
            System.out.println(LISTENS + context.getEnvironment().getProperty("local.server.port"));
        }
    }

    private Process start() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.addAll(List.of(
                "--server.port=" + port,
                "--spring.main.banner-mode=off",
                "--logging.level.root=WARN",
                "--spring.main.lazy-initialization=true",
                "--tidar.model=" + model,
                "--tidar.threads=1"));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Settings of the machine that runs the tests would outrank those of the test.
        Stream.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS").forEach(builder.environment()::remove);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves, after starting it on its port again if it has ended. */
    void awaitRunning() {
        if (!process.isAlive()) {
            process = start();
            serves = false;
        }
        if (!serves) {
            port = awaitPort();
            serves = true;
        }
    }

    private int awaitPort() {
        List<String> lines = new ArrayList<>();
        BufferedReader output = process.inputReader();
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(LISTENS)) {
                    drain(output);
                    return Integer.parseInt(line.substring(LISTENS.length()));
                }
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("The instance did not start:\n" + String.join("\n", lines));
    }

    /** A process waits where nobody reads what it writes. */
    private static void drain(BufferedReader output) {
        Thread reader = new Thread(() -> output.lines().forEach(System.out::println), "output-of-instance");
        reader.setDaemon(true);
        reader.start();
    }

    String url() {
        return "http://127.0.0.1:%d/v1".formatted(port);
    }

    /** Ends it at once (kill -9). */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Asks it to end (SIGTERM). */
    void terminate() {
        process.destroy();
    }

    Process process() {
        return process;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
