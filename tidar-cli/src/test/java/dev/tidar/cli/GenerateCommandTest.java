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
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("generate")
class GenerateCommandTest {

    @Test
    void printsOneObjectWithTheStatedFields() {
        JsonNode answer = generated("--prompt", "Once upon a time", "--max-tokens", "8");

        assertThat(answer.propertyNames())
                .contains(
                        "tokens",
                        "text",
                        "finish_reason",
                        "forwards",
                        "draft_forwards",
                        "kept",
                        "prefill_ms",
                        "decode_ms",
                        "device",
                        "backend",
                        "prompt_tokens",
                        "tokens_per_forward",
                        "layout",
                        "seed");
    }

    @Test
    void keepsToASchemaFromAFileOrTheCommandLine(@TempDir Path folder) throws IOException {
        String schema =
                "{\"type\": \"object\", \"properties\": {\"age\": {\"type\": \"integer\", \"maximum\": 120}}, \"required\": [\"age\"]}";
        Path file = Files.writeString(folder.resolve("person.json"), schema);

        for (String given : List.of(schema, file.toString())) {
            JsonNode answer =
                    generated("--prompt", "Lily", "--temperature", "1", "--seed", "3", "--json-schema", given);

            assertThat(answer.path("finish_reason").stringValue()).isEqualTo("stop");
            assertThat(new JsonMapper()
                            .readTree(answer.path("text").stringValue())
                            .path("age")
                            .intValue())
                    .isLessThanOrEqualTo(120);
        }
    }

    @Test
    void keepsToAnExpressionOrAListOfChoices() {
        assertThat(text("--regex", "[0-9]{3}-[a-f]{2}")).matches("[0-9]{3}-[a-f]{2}");
        assertThat(text("--choices", "yes,no")).isIn("yes", "no");
    }

    @Test
    void rejectsASchemaByTheKeywordThatIsNotSupported() {
        Cli rejected = tidar("generate", "--model", STORIES, "--prompt", "Lily", "--json-schema", "{\"not\": {}}");

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.err().lines()).hasSize(1);
        assertThat(rejected.err()).contains("not");
    }

    @Test
    void samplesAsTheFlagsSay() {
        String greedy = text();

        assertThat(text("--temperature", "1.5", "--seed", "1")).isNotEqualTo(greedy);
        assertThat(text("--temperature", "1.5", "--seed", "1", "--top-k", "1")).isEqualTo(greedy);
        assertThat(text("--temperature", "1.5", "--seed", "1", "--min-p", "1")).isEqualTo(greedy);
        assertThat(text("--frequency-penalty", "2")).isNotEqualTo(greedy);
        assertThat(generated("--prompt", "Lily", "--max-tokens", "9", "--logit-bias", "263=100")
                        .path("tokens")
                        .valueStream())
                .allMatch(id -> id.intValue() == 263);
    }

    @Test
    void endsAtEachTextAndIdThatStopsIt() {
        String greedy = text();
        String near = greedy.substring(5, 9);
        JsonNode answer = generated("--prompt", "Lily", "--max-tokens", "9");
        int third = answer.path("tokens").get(2).intValue();

        assertThat(text("--stop", "never said", "--stop", near)).isEqualTo(greedy.substring(0, greedy.indexOf(near)));
        assertThat(generated("--prompt", "Lily", "--max-tokens", "9", "--stop-ids", "77," + third)
                        .path("tokens")
                        .size())
                .isLessThanOrEqualTo(3);
        assertThat(generated("--prompt", "Lily", "--max-tokens", "9", "--min-tokens", "9", "--stop-ids", "" + third)
                        .path("tokens")
                        .size())
                .isEqualTo(9);
    }

    @Test
    void tellsTheLogProbabilitiesThatWereAskedFor() {
        JsonNode answer = generated("--prompt", "Lily", "--max-tokens", "9", "--logprobs", "2");

        assertThat(answer.path("logprobs").size()).isEqualTo(9);
        for (int i = 0; i < 9; i++) {
            JsonNode token = answer.path("logprobs").get(i);
            assertThat(token.path("id")).isEqualTo(answer.path("tokens").get(i));
            assertThat(token.path("logprob").floatValue()).isLessThanOrEqualTo(0);
            assertThat(token.path("top").size()).isEqualTo(2);
            assertThat(token.path("top").get(0).path("id")).as("greedy").isEqualTo(token.path("id"));
            assertThat(token.path("top").get(0).propertyNames()).containsExactlyInAnyOrder("id", "logprob");
        }
        assertThat(generated("--prompt", "Lily", "--max-tokens", "9").has("logprobs"))
                .isFalse();
    }

    private static String text(String... args) {
        return generated(Stream.concat(Stream.of("--prompt", "Lily", "--max-tokens", "30"), Stream.of(args))
                        .toArray(String[]::new))
                .path("text")
                .stringValue();
    }

    @Test
    void emitsTheGreedyTokensOfTheOracleOneForwardAToken() {
        JsonNode expected = ORACLE.path("cases").path(0);
        JsonNode answer =
                generated("--token-ids", promptIds(expected), "--max-tokens", maxTokens(), "--mode", "autoregressive");

        assertThat(integers(answer.path("tokens"))).isEqualTo(integers(expected.path("greedy")));
        assertThat(answer.path("forwards").intValue())
                .isEqualTo(expected.path("greedy").size() - 1);
    }

    @ParameterizedTest
    @CsvSource({"single-pass, 4", "single-pass, 8", "two-pass, 4", "two-pass, 8"})
    void emitsThemInTheStepsOfTheOracle(String mode, String draftLength) {
        JsonNode expected = ORACLE.path("cases").path(0);
        JsonNode answer = generated(
                "--token-ids",
                promptIds(expected),
                "--max-tokens",
                maxTokens(),
                "--mode",
                mode,
                "--draft-length",
                draftLength);

        assertThat(integers(answer.path("tokens"))).isEqualTo(integers(expected.path("greedy")));
        assertThat(integers(answer.path("kept")))
                .isEqualTo(integers(
                        expected.path(mode.replace('-', '_')).path(draftLength).path("kept")));
    }

    @Test
    void carriesGroupsForTheAskedOutcomesOnlyAndStillEmitsTheSameTokens() {
        JsonNode expected = ORACLE.path("cases").path(0);
        JsonNode answer = generated(
                "--token-ids",
                promptIds(expected),
                "--max-tokens",
                maxTokens(),
                "--mode",
                "single-pass",
                "--draft-length",
                "4",
                "--outcomes",
                "1,4");

        assertThat(integers(answer.path("tokens"))).isEqualTo(integers(expected.path("greedy")));
        assertThat(answer.path("forwards").intValue())
                .isGreaterThan(
                        expected.path("single_pass").path("4").path("steps").intValue());
    }

    @Test
    void endsAtAStopIdUnlessToldToIgnoreIt() {
        JsonNode stopping = Stream.of(ORACLE.path("cases"))
                .flatMap(JsonNode::valueStream)
                .filter(expected -> expected.path("greedy").size() < 160)
                .findFirst()
                .orElseThrow();
        int stopsAfter = stopping.path("greedy").size();

        JsonNode stopped = generated("--token-ids", promptIds(stopping), "--max-tokens", maxTokens());
        JsonNode ignored = generated("--token-ids", promptIds(stopping), "--max-tokens", maxTokens(), "--ignore-eos");

        assertThat(stopped.path("finish_reason").stringValue()).isEqualTo("stop");
        assertThat(stopped.path("tokens").size()).isEqualTo(stopsAfter);
        assertThat(ignored.path("finish_reason").stringValue()).isEqualTo("length");
        assertThat(ignored.path("tokens").size()).isEqualTo(160);
    }

    @Test
    void emitsTheSameTokensForTheSameSeedInEveryMode() {
        List<List<Integer>> answers = Stream.of("autoregressive", "single-pass", "two-pass", "auto")
                .map(mode -> generated(
                        "--prompt",
                        "Once upon a time",
                        "--max-tokens",
                        "48",
                        "--temperature",
                        "0.8",
                        "--seed",
                        "7",
                        "--mode",
                        mode))
                .map(answer -> integers(answer.path("tokens")))
                .toList();

        assertThat(answers).containsOnly(answers.get(0));
    }

    @Test
    void reportsTheSeedItChose() {
        String[] common = {"--prompt", "Once upon a time", "--max-tokens", "32", "--temperature", "0.8"};
        JsonNode free = generated(common);
        String seed = Long.toString(free.path("seed").longValue());

        JsonNode repeated = generated(
                Stream.concat(Stream.of(common), Stream.of("--seed", seed)).toArray(String[]::new));

        assertThat(integers(repeated.path("tokens"))).isEqualTo(integers(free.path("tokens")));
    }

    @Test
    void streamsTheTextAndNothingElseWithoutJson() {
        JsonNode answer = generated("--prompt", "Once upon a time", "--max-tokens", "24");

        Cli streamed = tidar("generate", "--model", STORIES, "--prompt", "Once upon a time", "--max-tokens", "24");

        assertThat(streamed.out()).isEqualTo(answer.path("text").stringValue() + System.lineSeparator());
        assertThat(streamed.err()).contains("24 tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,1", "513", "999999"})
    void takesTokenIdsAsTheyAreAndRejectsOnesBeyondTheVocabulary(String ids) {
        Cli run = tidar("generate", "--model", STORIES, "--token-ids", ids, "--max-tokens", "1", "--json");

        assertThat(run.exitCode()).isEqualTo(ids.equals("0,1") ? 0 : 2);
    }

    @Test
    void rejectsChatInOneLineWhereTheModelHasNoTemplate() {
        Cli rejected = tidar("generate", "--model", STORIES, "--chat", "Hello");

        assertThat(rejected.exitCode()).isEqualTo(2);
        assertThat(rejected.err().lines()).hasSize(1);
        assertThat(rejected.err()).contains("chat template").doesNotContain("Hello");
    }

    @Test
    void namesAFolderWithoutAModelInOneLineWithExitCode1(@TempDir Path empty) {
        Cli failed = tidar("generate", "--model", empty.toString(), "--prompt", "a");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err().lines()).hasSize(1);
        assertThat(failed.err()).contains("config.json");
    }

    @Test
    void showsTheStackTraceOfAFailureOnlyWhenAsked(@TempDir Path empty) {
        Cli failed = tidar("generate", "--model", empty.toString(), "--prompt", "a", "--verbose");

        assertThat(failed.err()).contains("InvalidModelException").contains("\tat ");
    }

    private static String promptIds(JsonNode expected) {
        return integers(expected.path("prompt_ids")).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    private static String maxTokens() {
        return Integer.toString(ORACLE.path("max_tokens").intValue());
    }
}
