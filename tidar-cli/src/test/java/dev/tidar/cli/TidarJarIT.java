package dev.tidar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("java -jar tidar.jar")
class TidarJarIT {

    @TempDir
    private Path folder;

    @Test
    void generatesOnFastKernelsWithoutAFlag() throws IOException, InterruptedException {
        Cli answer = tidarJar(
                "generate", "--model", Cli.STORIES, "--prompt", "Once upon a time", "--max-tokens", "8", "--json");

        assertThat(answer.json().path("tokens").size()).isEqualTo(8);
        assertThat(answer.json().path("backend").stringValue()).matches("(native|vector)-.*");
    }

    @Test
    void answersRequestsFromStandardInput() throws IOException, InterruptedException {
        Path requests = Files.writeString(
                folder.resolve("requests.jsonl"),
                "{\"id\": \"only\", \"prompt\": \"Once upon a time\", \"max_tokens\": 8}\n");

        Cli answer = run(
                "sh",
                "-c",
                java() + " -jar target/tidar.jar generate --model " + Cli.STORIES + " --requests - < " + requests);

        assertThat(answer.json().path("id").stringValue()).isEqualTo("only");
        assertThat(answer.json().path("tokens").size()).isEqualTo(8);
    }

    @Test
    void staysInItsJvmWhenAskedAndSaysWhichFlagIsMissing() throws IOException, InterruptedException {
        Cli answer = tidarJar(
                "generate",
                "--no-relaunch",
                "--native",
                "off",
                "--model",
                Cli.STORIES,
                "--prompt",
                "Once upon a time",
                "--max-tokens",
                "8",
                "--json");

        assertThat(answer.json().path("backend").stringValue()).isEqualTo("plain");
        assertThat(answer.err()).contains("--add-modules jdk.incubator.vector");
    }

    @Test
    void passesTheExitCodeOfTheRelaunchedJvmOn() throws IOException, InterruptedException {
        Cli failed = tidarJar("inspect", "--model", folder.toString());

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err()).contains("config.json").doesNotContain("\tat ");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems have no locale in which the JVM loses bytes")
    void rejectsAPromptThatTheLocaleCannotCarryRatherThanAnsweringAnother() throws IOException, InterruptedException {
        Cli rejected = run(
                "sh",
                "-c",
                "LC_ALL=C exec " + java()
                        + " -jar target/tidar.jar generate --model any --prompt \"$(printf '\\303\\251')\"");

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.err().lines()).hasSize(1);
        assertThat(rejected.err()).contains("LC_ALL=C.UTF-8");
    }

    private Cli tidarJar(String... args) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(java(), "-jar", "target/tidar.jar"));
        command.addAll(List.of(args));
        return run(command.toArray(String[]::new));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Cli run(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES))
                .as("ends in two minutes")
                .isTrue();
        return new Cli(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
