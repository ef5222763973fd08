package dev.tidar.attack.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process that an attack started, and its output in a file. Closing it kills it. */
public final class Child implements AutoCloseable {

    private static final int TAIL_BYTES = 64 << 10;

    private final Process process;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a process with its output in a file.
     *
     * @param changes working folder, environment and redirections
     */
    public static Child start(Path log, List<String> command, Consumer<ProcessBuilder> changes) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        changes.accept(builder);
        Process process = builder.start();
        Thread end = new Thread(process::destroyForcibly, "attack-child-end");
        Runtime.getRuntime().addShutdownHook(end); // for an attack that is interrupted
        return new Child(process, log);
    }

    /** A command that runs java with the options of every JVM that has the engine. */
    public static List<String> java(List<String> options, List<String> program) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null"));
        command.addAll(options);
        command.addAll(program);
        return command;
    }

    /** A command that runs a class of this suite. */
    public static List<String> java(List<String> options, Class<?> main, List<String> arguments) {
        List<String> program = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        program.addAll(arguments);
        return java(options, program);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; false if it still runs. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for its end, or until it has written nothing for some time; false if it still runs. */
    public boolean awaitEndOrSilence(Duration silence) throws IOException, InterruptedException {
        long before;
        do {
            before = Files.size(log);
            if (awaitEnd(silence)) {
                return true;
            }
        } while (Files.size(log) > before);
        return false;
    }

    /** How it ended, 128 and the number of a signal included. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Asks it to end, by SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Ends it, by SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    /** All of its output. */
    public String output() throws IOException {
        return Files.readString(log, StandardCharsets.ISO_8859_1);
    }

    /** The end of its output, on one line, for a message. */
    public String tail() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
            return text.substring(Math.max(0, text.length() - 300));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().completeOnTimeout(process, 30, TimeUnit.SECONDS).join();
    }
}
