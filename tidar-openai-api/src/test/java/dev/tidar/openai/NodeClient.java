package dev.tidar.openai;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of other languages that tests run: Node.js with OpenAI's package, and curl. */
final class NodeClient {

    static final Path FOLDER = Path.of("src/test/js");

    private NodeClient() {}

    /** Whether Node.js is on the PATH and {@code src/test/js/setup.sh} has installed the package. */
    static boolean isInstalled() {
        return isOnPath("node") && Files.isDirectory(FOLDER.resolve("node_modules/openai"));
    }

    static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** What a program writes, its errors included; fails if it takes more than two minutes or does not end with 0. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(Path.of("target"), "program", ".log");
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (!ended || process.exitValue() != 0) {
            throw new AssertionError("%s failed: %s".formatted(command.get(0), text));
        }
        return text;
    }
}
