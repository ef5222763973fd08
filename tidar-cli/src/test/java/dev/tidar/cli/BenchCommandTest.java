package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.integers;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("bench")
class BenchCommandTest {

    @Test
    void measuresEveryLayoutOnTheSamePromptsAndFindsTheSameTokens() {
        JsonNode report = bench("--draft-lengths", "4,8", "--json").json();

        assertThat(report.path("layouts")
                        .valueStream()
                        .map(row -> row.path("layout").stringValue()))
                .containsExactly(
                        "autoregressive",
                        "single-pass, draft length 4",
                        "single-pass, draft length 8",
                        "two-pass, draft length 4",
                        "two-pass, draft length 8",
                        "auto");
        assertThat(report.path("tokens_equal").booleanValue()).isTrue();
        assertThat(report.path("layouts").valueStream())
                .allSatisfy(row -> assertThat(row.path("tokens"))
                        .isEqualTo(report.path("layouts").path(0).path("tokens")))
                .allSatisfy(
                        row -> assertThat(row.path("decode_tokens_per_second").doubleValue())
                                .isPositive())
                .allSatisfy(
                        row -> assertThat(row.path("prompt_tokens_per_second").doubleValue())
                                .isPositive())
                .allSatisfy(
                        row -> assertThat(row.path("time_to_first_token_millis").doubleValue())
                                .isPositive());
    }

    @Test
    void measuresAForwardByItsRowsAndDrawsIt(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("passes.json");
        JsonNode printed = bench("--passes", file.toString(), "--rows", "1,3,8").json();

        assertThat(Files.readString(file)).contains("\"read_gb_per_second\"");
        assertThat(printed.path("passes")
                        .valueStream()
                        .map(pass -> pass.path("rows").intValue()))
                .containsExactly(1, 3, 8);
        assertThat(printed.path("passes").valueStream())
                .allSatisfy(
                        pass -> assertThat(pass.path("millis").doubleValue()).isPositive())
                .allSatisfy(pass ->
                        assertThat(pass.path("share_of_read").doubleValue()).isPositive());
        assertThat(printed.path("passes").path(0).path("of_one_row").doubleValue())
                .isEqualTo(1);
        assertThat(Files.readString(directory.resolve("passes.svg")))
                .startsWith("<svg")
                .contains("a plain read of the weights", "8 rows:")
                .endsWith("</svg>\n");
    }

    @Test
    void countsOneTokenAForwardAutoregressivelyAndMoreWithDrafts() {
        JsonNode layouts = bench("--modes", "autoregressive,single-pass", "--draft-lengths", "8", "--json")
                .json()
                .path("layouts");

        assertThat(layouts.path(0).path("tokens_per_forward").doubleValue()).isEqualTo(1);
        assertThat(layouts.path(1).path("tokens_per_forward").doubleValue()).isGreaterThan(1);
    }

    @Test
    void showsTheWarmUpAndEveryRoundOnStandardError() {
        assertThat(bench("--modes", "autoregressive", "--repeats", "2").err().lines())
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("warm-up", "round 1", "round 2");
    }

    @Test
    void printsATable() {
        assertThat(bench("--modes", "autoregressive,auto").out())
                .contains("prompt t/s", "decode t/s", "tokens/fwd", "TTFT ms", "autoregressive")
                .contains("tokens equal in all layouts and rounds: yes")
                .contains("peak memory: ");
    }

    @Test
    void readsPromptsFromJsonLines(@TempDir Path folder) throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.jsonl"), """
                {"token_ids": [1, 403, 407, 261, 378]}
                {"prompt": "Lily had a ball"}
                """);

        JsonNode report = bench("--prompts", prompts.toString(), "--modes", "autoregressive", "--json")
                .json();

        assertThat(report.path("prompts").intValue()).isEqualTo(2);
        assertThat(integers(report.path("layouts").path(0).path("tokens").path(0))
                        .subList(0, 3))
                .containsExactly(432, 383, 286);
    }

    @Test
    void namesTheFileAndTheLineOfAPromptItCannotRead(@TempDir Path folder) throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.jsonl"), "{\"prompt\": \"a\"}\n{\"text\": \"b\"}\n");

        Cli rejected = bench("--prompts", prompts.toString());

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.err().lines()).hasSize(1);
        assertThat(rejected.err()).contains("prompts.jsonl, line 2", "token_ids");
    }

    @Test
    void namesAMissingPromptFile() {
        Cli rejected = bench("--prompts", "no-such-file.txt");

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.err()).contains("--prompts", "no-such-file.txt");
    }

    private static Cli bench(String... args) {
        boolean oneRound = !List.of(args).contains("--repeats");
        Stream<String> repeats = oneRound ? Stream.of("--repeats", "1") : Stream.empty();
        String[] brief = {"bench", "--model", STORIES, "--max-tokens", "12", "--limit", "2"};
        return tidar(Stream.of(Stream.of(brief), repeats, Stream.of(args))
                .flatMap(Function.identity())
                .toArray(String[]::new));
    }
}
