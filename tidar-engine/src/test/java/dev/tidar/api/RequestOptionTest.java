package dev.tidar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The table of request options")
class RequestOptionTest {

    private static final Prompt CHAT =
            new Prompt.Chat(List.of(ChatMessage.user("Hello"))).withTools(Tools.of(new Tool("weather", "", "{}")));

    @Test
    void listsEveryOptionOnceByANameOfItsOwn() throws IllegalAccessException {
        List<RequestOption<?>> constants = new ArrayList<>();
        for (var field : RequestOption.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == RequestOption.class) {
                constants.add((RequestOption<?>) field.get(null));
            }
        }

        assertThat(RequestOption.ALL).containsExactlyInAnyOrderElementsOf(constants);
        assertThat(RequestOption.ALL.stream().map(RequestOption::name))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(-[a-z]+)*"));
    }

    @Test
    void helpsInWholeSentencesThatSayTheRange() {
        assertThat(RequestOption.ALL)
                .allSatisfy(option -> assertThat(option.help()).matches("[A-Z].*\\."));
        assertThat(RequestOption.TOP_K.help())
                .isEqualTo("Keeps the k most likely tokens; 0 is off. Must be at least 0.");
        assertThat(RequestOption.MIN_P.help()).endsWith("Must be in [0, 1].");
    }

    @Test
    void setsEveryPartOfARequest() {
        GenerationRequest request = RequestOptions.NONE
                .with(RequestOption.TEMPERATURE, 0.5)
                .with(RequestOption.TOP_K, 40)
                .with(RequestOption.TOP_P, 0.9)
                .with(RequestOption.MIN_P, 0.05)
                .with(RequestOption.TYPICAL_P, 0.95)
                .with(RequestOption.REPETITION_PENALTY, 1.1)
                .with(RequestOption.PRESENCE_PENALTY, 0.2)
                .with(RequestOption.FREQUENCY_PENALTY, -0.3)
                .with(RequestOption.LOGIT_BIAS, Map.of(7, -1.5))
                .with(RequestOption.SEED, 3L)
                .with(RequestOption.MAX_TOKENS, 9)
                .with(RequestOption.MIN_TOKENS, 2)
                .with(RequestOption.STOP, List.of("END"))
                .with(RequestOption.STOP_IDS, Set.of(5))
                .with(RequestOption.IGNORE_EOS, false)
                .with(RequestOption.TIMEOUT, Duration.ofSeconds(7))
                .with(RequestOption.REGEX, "a+")
                .with(RequestOption.LOG_PROBS, 4)
                .with(RequestOption.MODE, DecodeMode.SINGLE_PASS)
                .with(RequestOption.DRAFT_LENGTH, 4)
                .with(RequestOption.OUTCOMES, Set.of(1, 4))
                .with(RequestOption.GROUPS, Groups.FULL)
                .with(RequestOption.BETA, 0.5)
                .with(RequestOption.THINKING, true)
                .with(RequestOption.THINKING_BUDGET, 64)
                .with(RequestOption.TOOL_CHOICE, Tools.Choice.REQUIRED)
                .with(RequestOption.TOOL_CALL_AT_LIMIT, Tools.AtLimit.HAND_OVER)
                .with(RequestOption.CACHE_SALT, "user:Sue")
                .request(CHAT)
                .build();

        assertThat(request.sampling())
                .isEqualTo(Sampling.builder()
                        .temperature(0.5)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .typicalP(0.95)
                        .repetitionPenalty(1.1)
                        .presencePenalty(0.2)
                        .frequencyPenalty(-0.3)
                        .logitBias(Map.of(7, -1.5))
                        .seed(3)
                        .build());
        assertThat(request.maxTokens()).hasValue(9);
        assertThat(request.minTokens()).isEqualTo(2);
        assertThat(request.stopStrings()).containsExactly("END");
        assertThat(request.stopIds()).containsExactly(5);
        assertThat(request.timeout()).hasValue(Duration.ofSeconds(7));
        assertThat(request.format()).hasValue(new AnswerFormat.Regex("a+"));
        assertThat(request.logProbs()).hasValue(4);
        assertThat(request.decoding())
                .hasValue(new Decoding(
                        DecodeMode.SINGLE_PASS, OptionalInt.of(4), Optional.of(Set.of(1, 4)), Groups.FULL, 0.5));
        assertThat(request.cacheSalt()).hasValue("user:Sue");
        var chat = (Prompt.Chat) request.prompt();
        assertThat(chat.thinking()).isEqualTo(Thinking.ON.withBudget(64));
        assertThat(chat.tools().choice()).isEqualTo(Tools.Choice.REQUIRED);
        assertThat(chat.tools().atLimit()).isEqualTo(Tools.AtLimit.HAND_OVER);
    }

    @Test
    void setsNothingWhereNoOptionIsSet() {
        assertThat(RequestOptions.NONE.request(CHAT).build())
                .isEqualTo(GenerationRequest.builder(CHAT).build());
    }

    @Test
    void setsTheOtherFormats() {
        assertThat(format(RequestOption.JSON_SCHEMA, "{}")).isEqualTo(new AnswerFormat.JsonSchema("{}"));
        assertThat(format(RequestOption.CHOICES, List.of("yes"))).isEqualTo(new AnswerFormat.Choices(List.of("yes")));
    }

    private static <T> AnswerFormat format(RequestOption<T> option, T value) {
        return RequestOptions.NONE
                .with(option, value)
                .request(CHAT)
                .build()
                .format()
                .orElseThrow();
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                arguments(RequestOption.TEMPERATURE, 0.009, "must be 0 or in [0.01, 100], but is 0.009"),
                arguments(RequestOption.TEMPERATURE, Double.NaN, "must be 0 or in [0.01, 100], but is NaN"),
                arguments(RequestOption.TOP_K, -1, "must be at least 0, but is -1"),
                arguments(RequestOption.TOP_P, 0.0, "must be in (0, 1], but is 0.0"),
                arguments(RequestOption.MIN_P, 1.1, "must be in [0, 1], but is 1.1"),
                arguments(RequestOption.TYPICAL_P, 1.1, "must be in (0, 1], but is 1.1"),
                arguments(RequestOption.REPETITION_PENALTY, 0.0, "must be in [0.01, 100], but is 0.0"),
                arguments(RequestOption.PRESENCE_PENALTY, 2.1, "must be in [-2, 2], but is 2.1"),
                arguments(RequestOption.FREQUENCY_PENALTY, -2.1, "must be in [-2, 2], but is -2.1"),
                arguments(
                        RequestOption.LOGIT_BIAS,
                        Map.of(7, 101.0),
                        "must have values in [-100, 100], but has 101.0 for token 7"),
                arguments(RequestOption.MAX_TOKENS, 0, "must be at least 1, but is 0"),
                arguments(RequestOption.MIN_TOKENS, -1, "must be at least 0, but is -1"),
                arguments(RequestOption.STOP, List.of(""), "must have texts of 1 to 256 characters, but has one of 0"),
                arguments(RequestOption.STOP, Collections.nCopies(17, "x"), "must have at most 16 texts, but has 17"),
                arguments(RequestOption.TIMEOUT, Duration.ZERO, "must be positive, but is PT0S"),
                arguments(RequestOption.CHOICES, List.of(), "must have 1 to 10000 texts, but has 0"),
                arguments(RequestOption.CHOICES, List.of(""), "must have no empty text, but has one"),
                arguments(RequestOption.LOG_PROBS, 21, "must be in [0, 20], but is 21"),
                arguments(RequestOption.DRAFT_LENGTH, 1, "must be in [2, 32], but is 1"),
                arguments(RequestOption.OUTCOMES, Set.of(33), "must have kept counts in [1, 32], but has [33]"),
                arguments(RequestOption.BETA, -0.1, "must be in [0, 1], but is -0.1"),
                arguments(RequestOption.THINKING_BUDGET, 0, "must be at least 1, but is 0"),
                arguments(RequestOption.CACHE_SALT, "", "must have 1 to 128 visible ASCII characters, but has 0"));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    <T> void rejectsAValueOutOfRangeByTheNameOfItsOption(RequestOption<T> option, T value, String message) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> RequestOptions.NONE.with(option, value).request(CHAT))
                .withMessage(option.name() + " " + message);
    }

    @Test
    void rejectsTwoFormats() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> RequestOptions.NONE
                        .with(RequestOption.REGEX, "a")
                        .with(RequestOption.JSON_SCHEMA, "{}")
                        .request(CHAT))
                .withMessage("json-schema and regex must not be set together: an answer keeps to one format");
    }

    @Test
    void rejectsThoughtsWhereThePromptIsNotAChat() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() ->
                        RequestOptions.NONE.with(RequestOption.THINKING, true).request(new Prompt.Text("Once")))
                .withMessage("thinking must be unset where the prompt is not a chat");
    }

    @Test
    void letsAFormatReplaceThatOfTheDefaults() {
        RequestOptions defaults =
                RequestOptions.NONE.with(RequestOption.REGEX, "a").with(RequestOption.TOP_K, 3);

        assertThat(RequestOptions.NONE.with(RequestOption.JSON_SCHEMA, "{}").orDefaults(defaults))
                .isEqualTo(RequestOptions.NONE
                        .with(RequestOption.JSON_SCHEMA, "{}")
                        .with(RequestOption.TOP_K, 3));
        assertThat(RequestOptions.NONE.orDefaults(defaults)).isEqualTo(defaults);
    }
}
