package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("bench-chats")
class BenchChatsCommandTest {

    private static final String SCRIPT = """
            {"system": "Once upon a time there was a little girl who had a red ball and a small dog.",
             "chats": [["She went to the park.", "Then it rained.", "And then?"],
                       ["The dog ran.", "It was lost.", "Who saw it?"],
                       ["Mom called.", "Dinner was hot.", "They ate."]],
             "one_shots": ["Tom had a big car and he liked to drive it all day.", "The sun was warm."]}
            """;

    @TempDir
    private Path folder;

    @Test
    void playsTheScriptWithAmpleMemoryWithoutACacheAndWithTightMemory() throws IOException {
        JsonNode report = bench("--json").json();

        assertThat(report.path("runs")
                        .valueStream()
                        .map(run -> run.path("memory").stringValue()))
                .containsExactly("ample memory", "no prefix cache", "tight memory");
        assertThat(report.path("requests").intValue()).isEqualTo(11);
        assertThat(report.path("tokens_equal").booleanValue()).isTrue();
    }

    @Test
    void findsNothingWithoutACacheAndLessInTightMemoryThanInAmple() throws IOException {
        JsonNode runs = bench("--json").json().path("runs");

        assertThat(found(runs.path(0))).isGreaterThan(found(runs.path(2)));
        assertThat(found(runs.path(2))).isPositive();
        assertThat(found(runs.path(1))).isZero();
    }

    @Test
    void findsInTheEnginesCacheJustWhatAnExactLruOfTheSameSizeFinds() throws IOException {
        JsonNode runs = bench("--json", "--seed", "5").json().path("runs");

        assertThat(found(runs.path(0))).isEqualTo(runs.path(0).path("lru_share").doubleValue());
        assertThat(found(runs.path(2))).isEqualTo(runs.path(2).path("lru_share").doubleValue());
        assertThat(runs.path(1).path("lru_share").isNull()).isTrue();
    }

    @Test
    void printsATable() throws IOException {
        assertThat(bench().out())
                .contains("ample memory", "no prefix cache", "tight memory", "LRU")
                .contains("answers equal in all runs: yes");
    }

    private Cli bench(String... args) throws IOException {
        Path script = Files.writeString(folder.resolve("script.json"), SCRIPT);
        String[] brief = {
            "bench-chats", "--model", STORIES, "--script", script.toString(), "--max-tokens", "12", "--tight", "0.4"
        };
        return tidar(Stream.concat(Stream.of(brief), Stream.of(args)).toArray(String[]::new));
    }

    private static double found(JsonNode run) {
        return run.path("cached_share").doubleValue();
    }
}
