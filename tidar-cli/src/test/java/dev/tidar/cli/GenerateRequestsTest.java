package dev.tidar.cli;

import static dev.tidar.cli.Cli.ORACLE;
import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.generated;
import static dev.tidar.cli.Cli.integers;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("generate --requests")
class GenerateRequestsTest {

    /** More than a block of tokens. */
    private static final String LONG_PROMPT = "Once upon a time there was a little girl who had a red ball and a dog.";

    @TempDir
    private Path folder;

    @Test
    void printsALineForEachRequestWithItsIdAndAllThatJsonPrints() throws IOException {
        JsonNode alone = generated("--prompt", "Once upon a time", "--max-tokens", "8");

        List<JsonNode> lines = answered("{\"id\": 5, \"prompt\": \"Once upon a time\", \"max_tokens\": 8}");

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).path("id").intValue()).isEqualTo(5);
        assertThat(lines.get(0).propertyNames())
                .containsAll(alone.propertyNames())
                .contains("cached_tokens", "preemptions");
        assertThat(lines.get(0).path("text")).isEqualTo(alone.path("text"));
    }

    @Test
    void answersManyAtOnceAsItAnswersEachAlone() throws IOException {
        String requests = IntStream.range(0, 9)
                .mapToObj(i -> "{\"id\": %d, \"prompt\": \"%s\", \"temperature\": 0.8, \"seed\": %d, \"mode\": \"%s\"}"
                        .formatted(i, LONG_PROMPT.substring(0, 20 + 5 * i), i, mode(i)))
                .collect(Collectors.joining("\n"));

        List<JsonNode> together = answered(requests, "--max-tokens", "40", "--concurrency", "4");
        List<JsonNode> inTurn = answered(requests, "--max-tokens", "40", "--concurrency", "1", "--prefix-cache", "off");

        assertThat(tokensById(together)).hasSize(9).isEqualTo(tokensById(inTurn));
    }

    @Test
    void emitsTheTokensOfTheOracleInItsStepsInEveryMode() throws IOException {
        List<JsonNode> cases = ORACLE.path("cases").valueStream().toList();
        String requests = IntStream.range(0, cases.size())
                .mapToObj(i -> Stream.of(
                                "autoregressive 1", "single-pass 4", "single-pass 8", "two-pass 4", "two-pass 8")
                        .map(layout -> layout.split(" "))
                        .map(layout -> "{\"id\": \"%d %s %s\", \"token_ids\": %s, \"mode\": \"%s\"%s}"
                                .formatted(
                                        i,
                                        layout[0].replace('-', '_'),
                                        layout[1],
                                        integers(cases.get(i).path("prompt_ids")),
                                        layout[0],
                                        layout[1].equals("1") ? "" : ", \"draft_length\": " + layout[1])))
                .flatMap(Function.identity())
                .collect(Collectors.joining("\n"));

        List<JsonNode> answers =
                answered(requests, "--max-tokens", ORACLE.path("max_tokens").toString());

        assertThat(answers).hasSize(5 * cases.size());
        for (JsonNode answer : answers) {
            String[] id = answer.path("id").stringValue().split(" ");
            JsonNode expected = cases.get(Integer.parseInt(id[0]));
            List<Integer> greedy = integers(expected.path("greedy"));
            assertThat(integers(answer.path("tokens"))).as("%s", (Object) id).isEqualTo(greedy);
            assertThat(integers(answer.path("kept")))
                    .as("%s", (Object) id)
                    .isEqualTo(
                            id[2].equals("1")
                                    ? Collections.nCopies(greedy.size() - 1, 1)
                                    : integers(expected.path(id[1]).path(id[2]).path("kept")));
        }
    }

    @Test
    void printsInTheOrderOfEnding() throws IOException {
        List<JsonNode> lines = answered("""
                {"id": "long", "prompt": "Once upon a time", "max_tokens": 400, "ignore_eos": true}
                {"id": "short", "prompt": "Once upon a time", "max_tokens": 1}
                """);

        assertThat(lines).extracting(line -> line.path("id").stringValue()).containsExactly("short", "long");
    }

    @Test
    void finishesTheOthersWhereOneFailsAndExitsWith1() throws IOException {
        Cli run = run("""
                {"id": "a", "prompt": "Once", "max_tokens": 4}
                {"id": "beyond the vocabulary", "token_ids": [1, 99999]}
                {"id": "c", "prompt": "Once", "max_tokens": 4}
                """);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("1 of 3 requests failed");
        Map<String, JsonNode> lines = lines(run).stream()
                .collect(Collectors.toMap(line -> line.path("id").stringValue(), Function.identity()));
        assertThat(lines.get("beyond the vocabulary").propertyNames()).containsExactlyInAnyOrder("id", "error");
        assertThat(lines.get("beyond the vocabulary").path("error").stringValue())
                .contains("99999");
        assertThat(List.of("a", "c"))
                .allSatisfy(
                        id -> assertThat(lines.get(id).path("tokens").size()).isEqualTo(4));
    }

    @Test
    void rejectsABadLineBeforeItLoadsTheModel() throws IOException {
        Path file =
                Files.writeString(folder.resolve("requests.jsonl"), "{\"id\": 1, \"prompt\": \"a\"}\n{\"id\": 2}\n");

        Cli rejected = tidar("generate", "--model", "no-such-folder", "--requests", file.toString());

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.out()).isEmpty();
        assertThat(rejected.err().lines()).hasSize(1);
        assertThat(rejected.err()).contains("requests.jsonl, line 2", "token_ids");
    }

    @Test
    void findsThePrefixOfARequestBeforeIt() throws IOException {
        List<JsonNode> lines = answered(twice("", ""), "--max-tokens", "4", "--concurrency", "1");

        assertThat(lines)
                .extracting(line -> line.path("cached_tokens").intValue())
                .containsExactly(0, wholeBlocks(lines));
        assertThat(wholeBlocks(lines)).isPositive();
    }

    @Test
    void findsNothingWithThePrefixCacheOff() throws IOException {
        List<JsonNode> lines =
                answered(twice("", ""), "--max-tokens", "4", "--concurrency", "1", "--prefix-cache", "off");

        assertThat(lines)
                .extracting(line -> line.path("cached_tokens").intValue())
                .containsExactly(0, 0);
    }

    @Test
    void findsNothingUnderAnotherSalt() throws IOException {
        List<JsonNode> lines = answered(
                twice(", \"cache_salt\": \"a\"", ", \"cache_salt\": \"b\""), "--max-tokens", "4", "--concurrency", "1");

        assertThat(lines)
                .extracting(line -> line.path("cached_tokens").intValue())
                .containsExactly(0, 0);
    }

    @Test
    void emitsTheSameTokensWhereMemoryIsShortAndSequencesArePreempted() throws IOException {
        String requests = IntStream.range(0, 4)
                .mapToObj(
                        i -> "{\"id\": %d, \"prompt\": \"Once upon a time %d\", \"ignore_eos\": true}".formatted(i, i))
                .collect(Collectors.joining("\n"));

        List<JsonNode> ample = answered(requests, "--max-tokens", "120");
        List<JsonNode> tight = answered(requests, "--max-tokens", "120", "--kv-memory", "256KB");

        assertThat(tight.stream()
                        .mapToInt(line -> line.path("preemptions").intValue())
                        .sum())
                .isPositive();
        assertThat(tokensById(tight)).isEqualTo(tokensById(ample));
    }

    private static String twice(String first, String second) {
        return "{\"id\": 1, \"prompt\": \"%s\"%s}\n{\"id\": 2, \"prompt\": \"%s\"%s}\n"
                .formatted(LONG_PROMPT, first, LONG_PROMPT, second);
    }

    /** Full blocks in front of the last token of the prompt, in tokens. */
    private static int wholeBlocks(List<JsonNode> lines) {
        return (lines.get(0).path("prompt_tokens").intValue() - 1) / 16 * 16;
    }

    private static String mode(int i) {
        return List.of("auto", "single-pass", "two-pass", "autoregressive").get(i % 4);
    }

    private static Map<Integer, List<Integer>> tokensById(List<JsonNode> lines) {
        return lines.stream()
                .collect(Collectors.toMap(line -> line.path("id").intValue(), line -> integers(line.path("tokens"))));
    }

    private List<JsonNode> answered(String requests, String... args) throws IOException {
        Cli run = run(requests, args);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return lines(run);
    }

    private Cli run(String requests, String... args) throws IOException {
        Path file = Files.writeString(folder.resolve("requests.jsonl"), requests);
        String[] all = {"generate", "--model", STORIES, "--requests", file.toString()};
        return tidar(Stream.concat(Stream.of(all), Stream.of(args)).toArray(String[]::new));
    }

    private static List<JsonNode> lines(Cli run) {
        var json = new JsonMapper();
        return run.out().lines().map(json::readTree).toList();
    }
}
