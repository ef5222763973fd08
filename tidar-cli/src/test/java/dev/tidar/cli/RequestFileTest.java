package dev.tidar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.api.Sampling;
import dev.tidar.api.Thinking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A file of requests")
class RequestFileTest {

    private static final RequestOptions DEFAULTS = RequestOptions.NONE
            .with(RequestOption.MAX_TOKENS, 99)
            .with(RequestOption.MIN_TOKENS, 3)
            .with(RequestOption.TEMPERATURE, 0.5)
            .with(RequestOption.SEED, 11L)
            .with(RequestOption.TOP_K, 7)
            .with(RequestOption.LOG_PROBS, 2)
            .with(RequestOption.STOP, List.of("THE END"))
            .with(RequestOption.STOP_IDS, Set.of(9))
            .with(RequestOption.IGNORE_EOS, true)
            .with(RequestOption.MODE, DecodeMode.TWO_PASS)
            .with(RequestOption.DRAFT_LENGTH, 4);

    @TempDir
    private Path folder;

    @Test
    void startsFromAMessageATextIdsOrAConversation() throws IOException {
        assertThat(read("""
                        {"id": 1, "chat": "Hello"}
                        {"id": 2, "prompt": "Once upon"}
                        {"id": 3, "token_ids": [1, 2]}
                        {"id": 4, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}
                        """).stream().map(r -> r.request().prompt()))
                .containsExactly(
                        new Prompt.Chat(List.of(ChatMessage.user("Hello"))),
                        new Prompt.Text("Once upon"),
                        new Prompt.Tokens(List.of(1, 2)),
                        new Prompt.Chat(List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi"))));
    }

    @Test
    void setsWhatALineSays() throws IOException {
        GenerationRequest request = read("""
                        {"id": "a", "chat": "Hello", "max_tokens": 8, "temperature": 0, "seed": -3, "ignore_eos": false,\
                         "mode": "single-pass", "draft_length": 8, "outcomes": [1, 8], "cache_salt": "tenant"}
                        """).get(0).request();

        assertThat(request.maxTokens()).hasValue(8);
        assertThat(request.temperature()).hasValue(0);
        assertThat(request.seed()).hasValue(-3);
        assertThat(request.ignoreStopIds()).isFalse();
        assertThat(request.decoding())
                .hasValue(Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(8).withOutcomes(Set.of(1, 8)));
        assertThat(request.cacheSalt()).hasValue("tenant");
    }

    @Test
    void knowsNoOutcomesAndAllOfThemWhateverTheOptionsSay() throws IOException {
        RequestOptions one = RequestOptions.NONE.with(RequestOption.OUTCOMES, Set.of(1));

        assertThat(outcomes("\"none\"", one)).hasValue(Set.of());
        assertThat(outcomes("\"all\"", one)).isEmpty();
    }

    @Test
    void setsHowTokensAreSampledAndWhereTheAnswerEnds() throws IOException {
        GenerationRequest request = read("""
                        {"id": "a", "chat": "Hello", "min_tokens": 4, "top_k": 40, "top_p": 0.9, "min_p": 0.05, "typical_p": 0.95,\
                         "repetition_penalty": 1.1, "presence_penalty": 0.2, "frequency_penalty": -0.3,\
                         "logit_bias": {"7": -100, "9": 2.5}, "stop": ["END", "STOP"], "stop_ids": [5, 6], "logprobs": 0}
                        """).get(0).request();

        assertThat(request.sampling())
                .isEqualTo(Sampling.builder()
                        .temperature(0.5)
                        .seed(11)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .typicalP(0.95)
                        .repetitionPenalty(1.1)
                        .presencePenalty(0.2)
                        .frequencyPenalty(-0.3)
                        .logitBias(Map.of(7, -100.0, 9, 2.5))
                        .build());
        assertThat(request.minTokens()).isEqualTo(4);
        assertThat(request.stopStrings()).containsExactly("END", "STOP");
        assertThat(request.stopIds()).containsExactlyInAnyOrder(5, 6);
        assertThat(request.logProbs()).hasValue(0);
    }

    @Test
    void setsWhatTheAnswerKeepsTo() throws IOException {
        assertThat(read("""
                        {"id": 1, "chat": "Hello", "ignore_eos": false, "json_schema": {"type": "integer"}}
                        {"id": 2, "chat": "Hello", "ignore_eos": false, "regex": "a+"}
                        {"id": 3, "chat": "Hello", "ignore_eos": false, "choices": ["yes", "no, never"]}
                        """).stream().map(r -> r.request().format().orElseThrow()))
                .containsExactly(
                        new AnswerFormat.JsonSchema("{\"type\":\"integer\"}"),
                        new AnswerFormat.Regex("a+"),
                        new AnswerFormat.Choices(List.of("yes", "no, never")));
    }

    @Test
    void setsThoughtsAndTheTimeLimit() throws IOException {
        GenerationRequest request =
                read("{\"id\": 1, \"chat\": \"Hello\", \"thinking\": true, \"thinking_budget\": 9, \"timeout\": \"7s\"}")
                        .get(0)
                        .request();

        assertThat(((Prompt.Chat) request.prompt()).thinking()).isEqualTo(Thinking.ON.withBudget(9));
        assertThat(request.timeout()).hasValue(Duration.ofSeconds(7));
    }

    @Test
    void replacesTheFormatOfTheOptionsByThatOfALine() throws IOException {
        RequestOptions defaults = RequestOptions.NONE.with(RequestOption.REGEX, "a+");

        assertThat(read("{\"id\": 1, \"chat\": \"Hello\", \"choices\": [\"b\"]}", defaults)
                        .get(0)
                        .request()
                        .format())
                .hasValue(new AnswerFormat.Choices(List.of("b")));
    }

    @Test
    void hasAKeyForEveryOption() {
        String known = catchThrowable(() -> read("{\"id\": 1, \"x\": 1}")).getMessage();

        assertThat(RequestFlags.OPTIONS)
                .allSatisfy(option -> assertThat(known).contains(option.name().replace('-', '_')));
    }

    @Test
    void takesFromTheOptionsWhatALineLeavesOpen() throws IOException {
        GenerationRequest request =
                read("{\"id\": \"a\", \"chat\": \"Hello\"}").get(0).request();

        assertThat(request).isEqualTo(DEFAULTS.request(request.prompt()).build());
        assertThat(request.cacheSalt()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"chat\": \"SECRET\"} | id must be a text or a whole number, but is missing",
                "{\"id\": \"\", \"chat\": \"SECRET\"} | id must be",
                "{\"id\": 1.5, \"chat\": \"SECRET\"} | id must be",
                "{\"id\": 1} | exactly one of chat, prompt, token_ids, messages, but has none",
                "{\"id\": 1, \"chat\": \"SECRET\", \"prompt\": \"SECRET\"} | but has chat and prompt",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_token\": 2} | unknown key 'max_token'; known are beta, cache_salt, chat",
                "{\"id\": 1, \"chat\": 7} | chat must be a text, but is 7",
                "{\"id\": 1, \"prompt\": null} | prompt must be a text, but is null",
                "{\"id\": 1, \"token_ids\": [1, 1.5]} | token_ids must be a list",
                "{\"id\": 1, \"token_ids\": []} | token_ids must be a list",
                "{\"id\": 1, \"messages\": []} | messages must be a list of at least one",
                "{\"id\": 1, \"messages\": [{\"role\": \"user\"}]} | a message must be",
                "{\"id\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"SECRET\", \"name\": \"x\"}]} | unknown key 'name'",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_tokens\": 0} | max-tokens must be at least 1, but is 0",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_tokens\": \"8\"} | max_tokens must be a whole number of 32 bits, but is a text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"temperature\": -1} | temperature must be 0 or in",
                "{\"id\": 1, \"chat\": \"SECRET\", \"seed\": 1e30} | seed must be a whole number of 64 bits",
                "{\"id\": 1, \"chat\": \"SECRET\", \"ignore_eos\": 1} | ignore_eos must be true or false",
                "{\"id\": 1, \"chat\": \"SECRET\", \"mode\": \"fast\"} | mode must be one of",
                "{\"id\": 1, \"chat\": \"SECRET\", \"draft_length\": 1} | draft-length must be in [2, 32]",
                "{\"id\": 1, \"chat\": \"SECRET\", \"outcomes\": [5]} | outcomes must have kept counts in [1, draft-length = 4]",
                "{\"id\": 1, \"chat\": \"SECRET\", \"min_tokens\": 100} | min-tokens must be in",
                "{\"id\": 1, \"chat\": \"SECRET\", \"top_k\": -1} | top-k must be at least 0",
                "{\"id\": 1, \"chat\": \"SECRET\", \"top_p\": 1.0001} | top-p must be in",
                "{\"id\": 1, \"chat\": \"SECRET\", \"min_p\": \"0.1\"} | min_p must be a number, but is a text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"logit_bias\": {\"x\": 1}} | logit_bias must be an object of numbers by token id",
                "{\"id\": 1, \"chat\": \"SECRET\", \"logit_bias\": {\"7\": 101}} | logit-bias must have values in [-100, 100], but has 101.0 for token 7",
                "{\"id\": 1, \"chat\": \"SECRET\", \"stop\": \"END\"} | stop must be a list of at least one text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"stop\": [null]} | stop must be a list of at least one text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"stop\": [\"\"]} | stop must have",
                "{\"id\": 1, \"chat\": \"SECRET\", \"stop_ids\": [1.5]} | stop_ids must be a list",
                "{\"id\": 1, \"chat\": \"SECRET\", \"logprobs\": 21} | logprobs must be in [0, 20]",
                "{\"id\": 1, \"chat\": \"SECRET\", \"json_schema\": \"{}\"} | json_schema must be an object, but is a text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"choices\": []} | choices must be a list",
                "{\"id\": 1, \"chat\": \"SECRET\", \"regex\": \"a\", \"choices\": [\"b\"]} | regex and choices must not be set together",
                "{\"id\": 1, \"chat\": \"SECRET\", \"regex\": \"a\", \"ignore_eos\": true} | ignore-eos must be false for an answer with a format",
                "{\"id\": 1, \"chat\": \"SECRET\", \"n\": 2} | unknown key 'n'",
                "{\"id\": 1, \"chat\": \"SECRET\", \"cache_salt\": \"\"} | cache-salt must have",
                "{\"id\": 1, \"chat\": \"SECRET\", \"timeout\": 7} | timeout must be a text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"timeout\": \"soon\"} | timeout must be a number with ms, s, m or h",
                "{\"id\": 1, \"prompt\": \"SECRET\", \"thinking\": true} | thinking must be unset where the prompt is not a chat",
                "{\"id\": 1, \"id\": 2, \"chat\": \"SECRET\"} | must be a JSON object",
                "{\"id\": 1, \"chat\": \"SECRET\"} true | must be a JSON object",
                "[1] | must be a JSON object",
                "not json | must be a JSON object"
            })
    void rejectsABadLineByItsNumberAndWithoutItsText(String line, String named) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("\n{\"id\": \"good\", \"chat\": \"Hello\"}\n" + line + "\n"))
                .withMessageContaining("requests.jsonl, line 3: ")
                .withMessageContaining(named)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SECRET"));
    }

    @Test
    void rejectsAnIdThatAnotherLineHas() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("""
                        {"id": "a", "chat": "Hello"}
                        {"id": "b", "chat": "Hello"}
                        {"id": "a", "chat": "Hello"}
                        """))
                .withMessageContaining("line 3: id must be unique, but line 1 has \"a\" already");
    }

    @Test
    void rejectsToBeEmpty() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("\n \n"))
                .withMessageContaining("at least one request");
    }

    @Test
    void rejectsBytesThatAreNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("requests.jsonl"), new byte[] {'{', (byte) 0xff});

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> RequestFile.read(file.toString(), DEFAULTS))
                .withMessageContaining("UTF-8");
    }

    private Optional<Set<Integer>> outcomes(String value, RequestOptions defaults) throws IOException {
        String line = "{\"id\": 1, \"chat\": \"Hello\", \"mode\": \"single-pass\", \"outcomes\": %s}".formatted(value);
        return read(line, defaults).get(0).request().decoding().flatMap(Decoding::outcomes);
    }

    private List<BatchRequest> read(String lines) throws IOException {
        return read(lines, DEFAULTS);
    }

    private List<BatchRequest> read(String lines, RequestOptions defaults) throws IOException {
        Path file = Files.writeString(folder.resolve("requests.jsonl"), lines);
        return RequestFile.read(file.toString(), defaults);
    }
}
