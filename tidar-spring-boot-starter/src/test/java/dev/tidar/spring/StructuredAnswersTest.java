package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tidar.TidarEngine;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.LogProbs;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.converter.BeanOutputConverter;
import tools.jackson.databind.json.JsonMapper;

/** A model that tells stories, and knows nothing of JSON, asked for answers that a program can read. */
@DisplayName("A chat model gives answers to build on:")
class StructuredAnswersTest {

    private static final String OPENING = "Lily met a friend";

    private static TidarEngine engine;
    private static TidarChatModel model;

    enum Mood {
        HAPPY,
        SAD
    }

    record Friend(String name, int age, Mood mood, List<String> toys) {}

    record Group(Set<String> names) {}

    @BeforeAll
    static void load(@TempDir Path directory) {
        engine = StoriesModel.load(directory);
        var options = TidarChatOptions.builder()
                .temperature(1.0)
                .seed(3L)
                .maxTokens(120)
                .build();
        model = new TidarChatModel(engine, options, ObservationRegistry.NOOP);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Nested
    class AnEntity {

        @Test
        void isHeldToItsSchemaWhereTheClientAsksForNativeStructuredOutput() {
            for (long seed = 0; seed < 8; seed++) {
                Friend friend = ChatClient.create(model)
                        .prompt(OPENING)
                        .options(TidarChatOptions.builder().seed(seed))
                        .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                        .call()
                        .entity(Friend.class);

                assertThat(friend).as("seed %d", seed).hasNoNullFieldsOrProperties();
            }
        }

        @Test
        void isHeldToItsSchemaWhereTheEntityIsAskedForSo() {
            Friend friend = ChatClient.create(model)
                    .prompt(OPENING)
                    .call()
                    .entity(Friend.class, entity -> entity.useProviderStructuredOutput());

            assertThat(friend).hasNoNullFieldsOrProperties();
        }

        @Test
        void addsNothingToThePrompt() {
            int plain = promptTokens(model.call(new Prompt(OPENING)));

            var answer = ChatClient.create(model)
                    .prompt(OPENING)
                    .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                    .call()
                    .responseEntity(Friend.class);

            assertThat(promptTokens(Objects.requireNonNull(answer.response()))).isEqualTo(plain);
        }

        @Test
        void saysWhereTheLimitClosedIt() {
            var answer = ChatClient.create(model)
                    .prompt(OPENING)
                    .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                    .call()
                    .responseEntity(Friend.class);

            ClosedByLimit place = Objects.requireNonNull(answer.response())
                    .getResult()
                    .getMetadata()
                    .get(TidarMetadata.CLOSED_BY_LIMIT);
            assertThat(answer.entity()).hasNoNullFieldsOrProperties();
            assertThat(finishReason(answer.response())).isEqualTo("length");
            assertThat(Objects.requireNonNull(place).part()).isEqualTo(ClosedByLimit.Part.TEXT);
        }

        @Test
        void mayHaveASet() {
            assertThat(new BeanOutputConverter<>(Group.class).getJsonSchema()).doesNotContain("uniqueItems");

            Group group = ChatClient.create(model)
                    .prompt(OPENING)
                    .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                    .call()
                    .entity(Group.class);

            assertThat(group).hasNoNullFieldsOrProperties();
        }
    }

    @Nested
    class AFormat {

        @Test
        void ofAnExpressionOrAListOfChoicesIsKept() {
            var digits = TidarChatOptions.builder().regex("[0-9]{3}-[a-f]{2}").build();
            var choices =
                    TidarChatOptions.builder().choices(List.of("yes", "no")).build();

            assertThat(text(model.call(new Prompt(OPENING, digits)))).matches("[0-9]{3}-[a-f]{2}");
            assertThat(text(model.call(new Prompt(OPENING, choices)))).isIn("yes", "no");
        }

        @Test
        void streamsAsItIsMade() {
            var options = TidarChatOptions.builder()
                    .outputSchema(new BeanOutputConverter<>(Friend.class).getJsonSchema())
                    .build();
            var prompt = new Prompt(OPENING, options);

            List<ChatResponse> chunks =
                    Objects.requireNonNull(model.stream(prompt).collectList().block());

            String streamed = chunks.stream().map(StructuredAnswersTest::text).collect(Collectors.joining());
            assertThat(chunks).hasSizeGreaterThan(3);
            assertThat(streamed).isEqualTo(text(model.call(prompt)));
            assertThat(JsonMapper.shared().readValue(streamed, Friend.class)).hasNoNullFieldsOrProperties();
        }

        static Stream<Arguments> badSchemas() {
            return Stream.of(
                    arguments("E90 no JSON", "{", "schema"),
                    arguments("E90 no schema", "7", "schema"),
                    arguments("E90 a reference into the network", "{\"$ref\": \"https://example.com/s\"}", "$ref"),
                    arguments("E90 a reference without an end", "{\"$ref\": \"#\"}", "$ref"),
                    arguments("E90 too deep", "{\"items\": ".repeat(1000) + "true" + "}".repeat(1000), "depth"),
                    arguments("E90 too long", enumOf(1_000_000), "characters"),
                    arguments("E90 a keyword that is not enforced", "{\"not\": {}}", "not"));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("badSchemas")
        void thatCannotBeKeptIsRejectedByName(String row, String schema, String named) {
            var options = TidarChatOptions.builder().outputSchema(schema).build();

            assertThatThrownBy(() -> model.call(new Prompt(OPENING, options)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(named);
        }

        @Test
        void ofAnExpressionThatOthersChokeOnIsKeptE90() {
            var options =
                    TidarChatOptions.builder().regex("(a+)+b").maxTokens(20).build();

            assertThat(text(model.call(new Prompt(OPENING, options)))).matches("a+b");
        }

        private static String enumOf(int values) {
            return IntStream.range(0, values)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(",", "{\"enum\": [", "]}"));
        }
    }

    @Nested
    class LogProbabilities {

        private final Prompt prompt = new Prompt(
                OPENING, TidarChatOptions.builder().maxTokens(12).logProbs(3).build());

        @Test
        void comeWithEachTokenOfABlockingAnswer() {
            ChatResponse answer = model.call(prompt);

            assertThat(logProbs(answer))
                    .hasSize(answer.getMetadata().getUsage().getCompletionTokens())
                    .allSatisfy(token -> {
                        assertThat((Float) token.get("logProb")).isLessThanOrEqualTo(0);
                        assertThat(top(token))
                                .hasSize(3)
                                .isSortedAccordingTo((a, b) -> Float.compare(b.logProb(), a.logProb()));
                    });
        }

        @Test
        void areTheSameInAStreamChunkByChunk() {
            List<ChatResponse> chunks =
                    Objects.requireNonNull(model.stream(prompt).collectList().block());

            assertThat(chunks.stream().flatMap(chunk -> logProbs(chunk).stream()))
                    .isEqualTo(logProbs(model.call(prompt)));
        }

        /** Letters that may begin the stop sequence are held back, one step after the other. */
        @Test
        void areInAStreamForStepsWithoutText() {
            Prompt prompt = new Prompt(
                    OPENING,
                    TidarChatOptions.builder()
                            .choices(List.of("yesterday"))
                            .stopSequences(List.of("est!"))
                            .mode(DecodeMode.AUTOREGRESSIVE)
                            .logProbs(0)
                            .build());

            List<ChatResponse> chunks =
                    Objects.requireNonNull(model.stream(prompt).collectList().block());

            assertThat(chunks.stream().flatMap(chunk -> logProbs(chunk).stream()))
                    .isEqualTo(logProbs(model.call(prompt)));
        }

        @Test
        void areMissingWhereNobodyAsks() {
            assertThat(logProbs(model.call(new Prompt(OPENING)))).isEmpty();
        }

        @SuppressWarnings("unchecked")
        private static List<LogProbs.TopToken> top(Map<String, Object> token) {
            return (List<LogProbs.TopToken>) token.get("top");
        }

        private static List<Map<String, Object>> logProbs(ChatResponse response) {
            return Objects.requireNonNullElse(
                    response.getResult().getMetadata().get(TidarMetadata.LOG_PROBS), List.of());
        }
    }

    @Nested
    class Sampling {

        @Test
        void withTheLikeliestTokenAloneIsGreedyWhateverTheTemperature() {
            String greedy = text(model.call(new Prompt(
                    OPENING, TidarChatOptions.builder().temperature(0.0).build())));

            assertThat(text(model.call(new Prompt(
                            OPENING,
                            TidarChatOptions.builder().temperature(1.5).topK(1).build()))))
                    .isEqualTo(greedy);
            assertThat(text(model.call(new Prompt(
                            OPENING,
                            TidarChatOptions.builder()
                                    .temperature(1.5)
                                    .minP(1.0)
                                    .build()))))
                    .isEqualTo(greedy);
            assertThat(text(model.call(new Prompt(
                            OPENING, TidarChatOptions.builder().temperature(1.5).build()))))
                    .isNotEqualTo(greedy);
        }

        @Test
        void rejectsABiasOfATokenThatTheModelDoesNotHaveE87() {
            var options =
                    TidarChatOptions.builder().logitBias(Map.of(99_999, 1.0)).build();

            assertThatThrownBy(() -> model.call(new Prompt(OPENING, options)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("logit-bias");
        }
    }

    private static int promptTokens(ChatResponse response) {
        return response.getMetadata().getUsage().getPromptTokens();
    }

    private static String finishReason(ChatResponse response) {
        return response.getResult().getMetadata().getFinishReason();
    }

    private static String text(ChatResponse response) {
        return Objects.requireNonNullElse(response.getResult().getOutput().getText(), "");
    }
}
