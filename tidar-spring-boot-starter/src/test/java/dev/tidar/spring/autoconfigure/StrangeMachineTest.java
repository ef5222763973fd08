package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.spring.StoriesModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the list of bad inputs about the machine (F104, F105), each in a JVM of its own. */
@DisplayName("An application")
class StrangeMachineTest {

    private static final List<String> SETTINGS = List.of(
            "--tidar.threads=1",
            "--tidar.mode=single-pass",
            "--tidar.draft-length=4",
            "--tidar.weights=bf16",
            "--tidar.kv-cache.type=bf16",
            "--tidar.load-mode=eager",
            "--tidar.queue.max-wait=20s",
            "--tidar.chat.temperature=0.5",
            "--tidar.chat.seed=7",
            "--tidar.chat.max-tokens=24");

    @TempDir
    private static Path folder;

    private static Path model;
    private static String expected;

    @BeforeAll
    static void answerOnAnOrdinaryMachine() throws Exception {
        model = StoriesModel.in(folder);
        expected = answer(run(List.of()));
    }

    @Test
    @DisplayName("F104: answers the same in Turkish, ISO-8859-1 and a time zone with a strange offset")
    void answersTheSameInAnotherLocale() throws Exception {
        List<String> lines = run(List.of(
                "-Duser.language=tr",
                "-Duser.country=TR",
                "-Dfile.encoding=ISO-8859-1",
                "-Dsun.jnu.encoding=ISO-8859-1",
                "-Duser.timezone=Asia/Kathmandu"));

        assertThat(answer(lines)).isEqualTo(expected);
    }

    @Test
    @DisplayName("F105: answers without a home and a temporary directory")
    void answersWithoutHomeAndTemporaryDirectory() throws Exception {
        assertThat(answer(run(nowhere()))).isEqualTo(expected);
    }

    /** A folder below a file can be written by nobody, not even by root. */
    private static List<String> nowhere() throws IOException {
        Path file = folder.resolve("file");
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        return List.of("-Duser.home=" + file.resolve("home"), "-Djava.io.tmpdir=" + file.resolve("tmp"));
    }

    private static String answer(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("answer "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(String.join("\n", lines)));
    }

    private static List<String> run(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), AnswerProgram.class.getName()));
        command.add("--tidar.model=" + model);
        command.addAll(SETTINGS);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Settings of the machine that runs the tests would outrank those of the test.
        Stream.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS").forEach(builder.environment()::remove);
        Process process = builder.start();
        List<String> lines =
                process.inputReader(StandardCharsets.ISO_8859_1).lines().toList();
        process.waitFor();
        return lines;
    }
}
