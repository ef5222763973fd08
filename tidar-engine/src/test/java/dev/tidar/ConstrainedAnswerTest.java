package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A model that tells stories, with tokens for thoughts, and knows nothing of tools. */
@DisplayName("An answer to a request with tools or a thinking budget")
class ConstrainedAnswerTest {

    private static final Tool PLAY = new Tool("play", "Plays a game.", """
            {"properties": {"game": {"enum": ["ball", "tag"]}, "friends": {"type": "integer", "minimum": 1, "maximum": 9}},
             "required": ["game", "friends"], "additionalProperties": false}""");
    private static final Tool SLEEP = new Tool("sleep", "Sleeps.", "{}");
    private static final Tool ODD = new Tool("odd", "", """
            {"properties": {"a": {"type": "array", "contains": {"const": 1}}}}""");

    /** What a template without tools is given in their place. */
    private static final String SIGNATURE_OF_SLEEP = """
            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type":"function","function":{"name":"sleep","description":"Sleeps.","parameters":{}}}
            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call>""";

    @TempDir
    private static Path temp;

    private static TidarEngine engine;

    @BeforeAll
    static void load() throws IOException {
        engine = ChatFolder.load(temp.resolve("thinker"), "{% if enable_thinking %}<think>{% endif %}");
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Nested
    class ThatMustCallATool {

        @ParameterizedTest
        @EnumSource
        void callsItWithArgumentsThatItsSchemaAccepts(DecodeMode mode) throws InterruptedException {
            for (int seed = 0; seed < 2; seed++) {
                GenerationResult result = run(chat(Thinking.DEFAULT, Choice.of("play"), PLAY, SLEEP)
                        .seed(seed)
                        .decoding(Decoding.of(mode)));

                assertThat(result.finishReason())
                        .as(result.text())
                        .isEqualTo(result.closedByLimit().isPresent() ? FinishReason.LENGTH : FinishReason.TOOL_CALLS);
                assertThat(result.answer().text()).isEmpty();
                assertThat(result.answer().toolCalls())
                        .extracting(ToolCall::name)
                        .containsExactly("play");
                JsonNode arguments = new ObjectMapper()
                        .readTree(result.answer().toolCalls().get(0).arguments());
                assertThat(arguments.get("game").asString()).isIn("ball", "tag");
                assertThat(arguments.get("friends").asInt()).isBetween(1, 9);
            }
        }

        @Test
        void callsAnyOfThemWhereNoneIsNamed() throws InterruptedException {
            for (int seed = 0; seed < 5; seed++) {
                GenerationResult result = run(chat(Thinking.DEFAULT, Choice.REQUIRED, PLAY, SLEEP)
                        .maxTokens(100)
                        .seed(seed));

                assertThat(result.finishReason())
                        .as(result.text())
                        .isEqualTo(result.closedByLimit().isPresent() ? FinishReason.LENGTH : FinishReason.TOOL_CALLS);
                assertThat(result.answer().text()).isEmpty();
                assertThat(result.answer().toolCalls()).isNotEmpty();
            }
        }

        @Test
        void isTheSameInEveryModeAndInEveryCompany() throws InterruptedException {
            List<Generation> together = new ArrayList<>();
            for (DecodeMode mode : DecodeMode.values()) {
                together.add(engine.submit(
                        chat(Thinking.ON.withBudget(6), Choice.REQUIRED, PLAY, SLEEP)
                                .seed(3)
                                .decoding(Decoding.of(mode))
                                .build(),
                        GenerationListener.NONE));
            }
            List<String> texts = new ArrayList<>();
            for (Generation generation : together) {
                texts.add(generation.await().text());
            }

            assertThat(texts)
                    .containsOnly(run(chat(Thinking.ON.withBudget(6), Choice.REQUIRED, PLAY, SLEEP)
                                    .seed(3))
                            .text());
        }

        @Test
        void hasArgumentsOfAnyKindWhereTheSchemaCannotBeHeld() throws InterruptedException {
            GenerationResult result = run(chat(Thinking.DEFAULT, Choice.of("odd"), ODD));

            assertThat(result.answer().toolCalls()).extracting(ToolCall::name).containsExactly("odd");
        }

        @Test
        void isRejectedWhereNoCallFitsTheTokens() {
            assertThatThrownBy(() ->
                            run(chat(Thinking.DEFAULT, Choice.REQUIRED, PLAY).maxTokens(5)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("shortest answer that the grammar allows");
        }
    }

    @Nested
    class ThatMayCallATool {

        @Test
        void isWhatItWouldBeHeldToNothingAsLongAsItCallsNone() throws InterruptedException {
            GenerationResult offered = run(
                    chat(Thinking.DEFAULT, Choice.AUTO, SLEEP).temperature(0).maxTokens(60));
            GenerationResult told = run(GenerationRequest.builder(new Prompt.Chat(
                            List.of(ChatMessage.system(SIGNATURE_OF_SLEEP), ChatMessage.user("Lily met a friend"))))
                    .temperature(0)
                    .maxTokens(60));

            assertThat(offered.stats().promptTokens()).isEqualTo(told.stats().promptTokens());
            assertThat(offered.answer().toolCalls()).isEmpty();
            assertThat(offered.text()).isEqualTo(told.text());
            assertThat(offered.finishReason()).isEqualTo(told.finishReason());
        }

        @Test
        void callsOneOrKeepsToTheFormat() throws InterruptedException {
            var format = new AnswerFormat.Choices(List.of("yes", "no"));
            for (int seed = 0; seed < 10; seed++) {
                GenerationResult result = run(
                        chat(Thinking.DEFAULT, Choice.AUTO, PLAY).format(format).seed(seed));
                boolean called = !result.answer().toolCalls().isEmpty();

                assertThat(called ? "yes" : result.answer().text()).isIn("yes", "no");
            }
        }
    }

    @Nested
    class ThatHasAThinkingBudget {

        @ParameterizedTest
        @EnumSource
        void thinksNoLongerThanThat(DecodeMode mode) throws InterruptedException {
            for (int budget : new int[] {1, 2, 7, 20}) {
                GenerationResult result = run(chat(Thinking.ON.withBudget(budget), Choice.NONE)
                        .maxTokens(40)
                        .decoding(Decoding.of(mode)));

                assertThat(result.tokens().subList(0, budget)).doesNotContain(ChatFolder.CLOSE);
                assertThat(result.tokens().get(budget)).isEqualTo(ChatFolder.CLOSE);
                assertThat(result.answer().reasoning()).isNotEmpty();
                assertThat(result.answer().text()).isNotEmpty();
            }
        }

        @Test
        void goesOnWithTheFormatAfterItsThoughts() throws InterruptedException {
            GenerationResult result = run(chat(Thinking.ON.withBudget(5), Choice.NONE)
                    .format(new AnswerFormat.Choices(List.of("yes", "no"))));

            assertThat(result.answer().reasoning()).isNotEmpty();
            assertThat(result.answer().text()).isIn("yes", "no");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
        }

        @Test
        void isRejectedByAModelThatDoesNotThink() throws IOException {
            try (TidarEngine plain = ChatFolder.load(temp.resolve("plain"), "")) {
                assertThatThrownBy(() -> plain.submit(
                                chat(Thinking.DEFAULT.withBudget(5), Choice.NONE)
                                        .build(),
                                GenerationListener.NONE))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("a thinking budget needs a model that thinks between tokens");
            }
        }
    }

    private static GenerationRequest.Builder chat(Thinking thinking, Choice choice, Tool... tools) {
        Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("Lily met a friend")))
                .withTools(new Tools(List.of(tools), tools.length == 0 ? Choice.AUTO : choice, AtLimit.HAND_OVER))
                .withThinking(thinking);
        return GenerationRequest.builder(chat).maxTokens(200).temperature(1).seed(1);
    }

    private static GenerationResult run(GenerationRequest.Builder request) throws InterruptedException {
        return engine.submit(request.build(), GenerationListener.NONE).await();
    }
}
