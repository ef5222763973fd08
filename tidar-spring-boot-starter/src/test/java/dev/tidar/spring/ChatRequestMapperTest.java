package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt.Chat;
import dev.tidar.api.Sampling;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

@DisplayName("A request")
class ChatRequestMapperTest {

    private static final List<Message> HELLO = List.of(new UserMessage("Hello"));

    private final ChatRequestMapper mapper = new ChatRequestMapper("stories");

    @Nested
    class Carries {

        @Test
        void theMessagesInOrder() {
            var request = mapper.request(
                    List.of(new SystemMessage("Be brief"), new UserMessage("Hello"), new AssistantMessage("Hi")),
                    TidarChatOptions.builder().build());

            assertThat(request.prompt())
                    .isEqualTo(new Chat(List.of(
                            ChatMessage.system("Be brief"), ChatMessage.user("Hello"), ChatMessage.assistant("Hi"))));
        }

        @Test
        void everyOptionThatIsSet() {
            GenerationRequest request = request(TidarChatOptions.builder()
                    .model("stories")
                    .maxTokens(9)
                    .minTokens(2)
                    .temperature(0.5)
                    .topK(40)
                    .topP(0.9)
                    .minP(0.05)
                    .typicalP(0.95)
                    .repetitionPenalty(1.1)
                    .presencePenalty(0.2)
                    .frequencyPenalty(-0.3)
                    .logitBias(Map.of(7, -1.5))
                    .seed(3L)
                    .stopIds(Set.of(5))
                    .ignoreEos(true)
                    .logProbs(4)
                    .stopSequences(List.of("END"))
                    .mode(DecodeMode.SINGLE_PASS)
                    .draftLength(4)
                    .outcomes(Set.of(1, 4))
                    .timeout(Duration.ofSeconds(7))
                    .cacheSalt("user:Sue"));

            assertThat(request.timeout()).hasValue(Duration.ofSeconds(7));
            assertThat(request.cacheSalt()).hasValue("user:Sue");
            assertThat(request.maxTokens()).hasValue(9);
            assertThat(request.minTokens()).isEqualTo(2);
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
            assertThat(request.stopIds()).containsExactly(5);
            assertThat(request.ignoreStopIds()).isTrue();
            assertThat(request.logProbs()).hasValue(4);
            assertThat(request.stopStrings()).containsExactly("END");
            assertThat(request.decoding())
                    .hasValue(Decoding.of(DecodeMode.SINGLE_PASS)
                            .withDraftLength(4)
                            .withOutcomes(Set.of(1, 4)));
        }

        @Test
        void itsToolsAndWhichOfThemToCall() {
            GenerationRequest request =
                    request(TidarChatOptions.builder().toolCallbacks(weather()).toolChoice(Tools.Choice.of("weather")));

            Tools tools = ((Chat) request.prompt()).tools();
            assertThat(tools.choice()).isEqualTo(Tools.Choice.of("weather"));
            assertThat(tools.offered()).hasSize(1);
            assertThat(tools.offered().get(0).name()).isEqualTo("weather");
            assertThat(tools.offered().get(0).description()).isEqualTo("Weather of a city");
            assertThat(tools.offered().get(0).parameters()).contains("\"object\"");
        }

        /** What the types forbid, but definitions of an application's own do. */
        @Test
        void aToolWithoutADescriptionAndWithoutASchema() {
            var bare = (ToolDefinition) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ToolDefinition.class},
                    (proxy, method, arguments) -> method.getName().equals("name") ? "bare" : null);
            ToolCallback callback = new ToolCallback() {
                @Override
                public ToolDefinition getToolDefinition() {
                    return bare;
                }

                @Override
                public String call(String input) {
                    return input;
                }
            };

            Tools tools = ((Chat) request(TidarChatOptions.builder().toolCallbacks(callback))
                            .prompt())
                    .tools();

            assertThat(tools.offered()).containsExactly(new Tool("bare", "", "{}"));
        }

        @Test
        void whetherToThinkAndForHowLong() {
            assertThat(thinking(TidarChatOptions.builder())).isEqualTo(Thinking.DEFAULT);
            assertThat(thinking(TidarChatOptions.builder().thinking(false))).isEqualTo(Thinking.OFF);
            assertThat(thinking(TidarChatOptions.builder().thinking(true).thinkingBudget(9)))
                    .isEqualTo(Thinking.ON.withBudget(9));
        }

        private Thinking thinking(TidarChatOptions.Builder options) {
            return ((Chat) request(options).prompt()).thinking();
        }

        @Test
        void nothingThatIsNotSet() {
            GenerationRequest request = request(TidarChatOptions.builder());

            assertThat(request.maxTokens()).isEmpty();
            assertThat(request.sampling()).isEqualTo(Sampling.DEFAULT);
            assertThat(request.minTokens()).isZero();
            assertThat(request.stopStrings()).isEmpty();
            assertThat(request.stopIds()).isEmpty();
            assertThat(request.ignoreStopIds()).isFalse();
            assertThat(request.logProbs()).isEmpty();
            assertThat(request.format()).isEmpty();
            assertThat(request.decoding()).isEmpty();
        }

        @Test
        void theFormatOfTheAnswer() {
            assertThat(request(TidarChatOptions.builder().outputSchema("{}")).format())
                    .hasValue(new AnswerFormat.JsonSchema("{}"));
            assertThat(request(TidarChatOptions.builder().regex("a+")).format()).hasValue(new AnswerFormat.Regex("a+"));
            assertThat(request(TidarChatOptions.builder().choices(List.of("yes", "no")))
                            .format())
                    .hasValue(new AnswerFormat.Choices(List.of("yes", "no")));
        }
    }

    @Nested
    class IsRejected {

        static Stream<Arguments> badOptions() {
            return Stream.of(
                    arguments("E80", TidarChatOptions.builder().maxTokens(0), "max-tokens", "0"),
                    arguments("E80", TidarChatOptions.builder().maxTokens(-1), "max-tokens", "-1"),
                    arguments("E80", TidarChatOptions.builder().maxTokens(3).minTokens(4), "min-tokens", "4"),
                    arguments("E81", TidarChatOptions.builder().temperature(-0.1), "temperature", "-0.1"),
                    arguments("E81", TidarChatOptions.builder().temperature(1e-9), "temperature", "1.0E-9"),
                    arguments("E82", TidarChatOptions.builder().topK(-1), "top-k", "-1"),
                    arguments("E82", TidarChatOptions.builder().topP(0.0), "top-p", "0.0"),
                    arguments("E82", TidarChatOptions.builder().topP(1.0001), "top-p", "1.0001"),
                    arguments("E82", TidarChatOptions.builder().topP(Double.NaN), "top-p", "NaN"),
                    arguments("E82", TidarChatOptions.builder().minP(1.1), "min-p", "1.1"),
                    arguments("E82", TidarChatOptions.builder().typicalP(0.0), "typical-p", "0.0"),
                    arguments("E83", TidarChatOptions.builder().frequencyPenalty(1e9), "frequency-penalty", "1.0E9"),
                    arguments("E83", TidarChatOptions.builder().presencePenalty(-1e9), "presence-penalty", "-1.0E9"),
                    arguments("E83", TidarChatOptions.builder().repetitionPenalty(0.0), "repetition-penalty", "0.0"),
                    arguments("E84", TidarChatOptions.builder().stopSequences(List.of("")), "stop must", "0"),
                    arguments("E84", TidarChatOptions.builder().stopSequences(texts(10_000)), "stop must", "10000"),
                    arguments(
                            "E84",
                            TidarChatOptions.builder().stopSequences(List.of("x".repeat(1 << 20))),
                            "stop must",
                            "1048576"),
                    arguments("E87", TidarChatOptions.builder().logitBias(Map.of(1, Double.NaN)), "logit-bias", "NaN"),
                    arguments("E88", TidarChatOptions.builder().model("gpt-9"), "model", "gpt-9"),
                    arguments("E90", TidarChatOptions.builder().choices(texts(10_001)), "choices", "10001"),
                    arguments("E91", TidarChatOptions.builder().timeout(Duration.ZERO), "timeout", "PT0S"),
                    arguments("E91", TidarChatOptions.builder().timeout(Duration.ofSeconds(-1)), "timeout", "PT-1S"),
                    arguments("E92", TidarChatOptions.builder().cacheSalt(""), "cache-salt", "0"),
                    arguments("E92", TidarChatOptions.builder().cacheSalt("a\tb"), "cache-salt", "visible"),
                    arguments("E92", TidarChatOptions.builder().cacheSalt("a".repeat(10_240)), "cache-salt", "10240"),
                    arguments(
                            "E93", TidarChatOptions.builder().toolCallbacks(weather(), weather()), "tools", "weather"),
                    arguments(
                            "tools",
                            TidarChatOptions.builder().toolChoice(Tools.Choice.REQUIRED),
                            "tool-choice",
                            "required"),
                    arguments("thinking", TidarChatOptions.builder().thinkingBudget(0), "thinking-budget", "0"),
                    arguments("log-probabilities", TidarChatOptions.builder().logProbs(21), "logprobs", "21"),
                    arguments(
                            "formats",
                            TidarChatOptions.builder().regex("a").outputSchema("{}"),
                            "json-schema",
                            "regex"),
                    arguments("formats", TidarChatOptions.builder().regex("a").ignoreEos(true), "ignore-eos", "format"),
                    arguments("layouts", TidarChatOptions.builder().beta(1.5), "beta", "1.5"),
                    arguments("layouts", TidarChatOptions.builder().draftLength(33), "draft-length", "33"),
                    arguments("layouts", TidarChatOptions.builder().outcomes(Set.of(0)), "outcomes", "0"));
        }

        private static List<String> texts(int count) {
            return IntStream.range(0, count).mapToObj(String::valueOf).toList();
        }

        @ParameterizedTest(name = "{0} {2} {3}")
        @MethodSource("badOptions")
        void namingTheOptionAndItsValue(String row, TidarChatOptions.Builder options, String name, String value) {
            assertThatThrownBy(() -> request(options))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining(value);
        }

        @Test
        void namingTheTypeOfItsMedia() {
            var image = new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(new byte[] {1}));
            Message message =
                    UserMessage.builder().text("What is this?").media(image).build();

            assertRejected(message, "image/png");
        }

        @Test
        void whenItHasNoMessage() {
            assertThatThrownBy(() ->
                            mapper.request(List.of(), TidarChatOptions.builder().build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("at least one message");
        }

        @Test
        void withoutATraceOfWhatTheUserWrote() {
            var prompt = List.<Message>of(new UserMessage("my secret"));

            assertThatThrownBy(() -> mapper.request(
                            prompt, TidarChatOptions.builder().topK(-3).build()))
                    .message()
                    .doesNotContain("secret");
        }

        private void assertRejected(Message message, String name) {
            assertThatThrownBy(() -> mapper.request(
                            List.of(message), TidarChatOptions.builder().build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(name);
        }
    }

    @Nested
    class IsTaken {

        static Stream<TidarChatOptions.Builder> withoutTools() {
            return Stream.of(
                    TidarChatOptions.builder().toolCallbacks(List.of()),
                    TidarChatOptions.builder().toolContext(Map.of("user", "Sue")));
        }

        @ParameterizedTest
        @MethodSource("withoutTools")
        void whenItHasNoTools(TidarChatOptions.Builder options) {
            assertThat(request(options)).isEqualTo(request(TidarChatOptions.builder()));
        }
    }

    private GenerationRequest request(TidarChatOptions.Builder options) {
        return mapper.request(HELLO, options.build());
    }

    private static FunctionToolCallback<Map<String, Object>, String> weather() {
        return FunctionToolCallback.<Map<String, Object>, String>builder("weather", arguments -> "sunny")
                .description("Weather of a city")
                .inputType(Map.class)
                .build();
    }
}
