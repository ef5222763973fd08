package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt.Chat;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
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
                    .temperature(0.5)
                    .seed(3L)
                    .stopSequences(List.of("END"))
                    .mode(DecodeMode.SINGLE_PASS)
                    .draftLength(4)
                    .outcomes(Set.of(1, 4))
                    .timeout(Duration.ofSeconds(7))
                    .cacheSalt("user:Sue"));

            assertThat(request.timeout()).hasValue(Duration.ofSeconds(7));
            assertThat(request.cacheSalt()).hasValue("user:Sue");
            assertThat(request.maxTokens()).hasValue(9);
            assertThat(request.temperature()).hasValue(0.5);
            assertThat(request.seed()).hasValue(3);
            assertThat(request.stopStrings()).containsExactly("END");
            assertThat(request.decoding())
                    .hasValue(new Decoding(DecodeMode.SINGLE_PASS, OptionalInt.of(4), Set.of(1, 4)));
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
            assertThat(request.temperature()).isEmpty();
            assertThat(request.seed()).isEmpty();
            assertThat(request.stopStrings()).isEmpty();
            assertThat(request.decoding()).isEmpty();
        }
    }

    @Nested
    class IsRefused {

        static Stream<Arguments> unsupportedOptions() {
            return Stream.of(
                    arguments(TidarChatOptions.builder().topK(40), "topK", "40"),
                    arguments(TidarChatOptions.builder().topP(0.9), "topP", "0.9"),
                    arguments(TidarChatOptions.builder().topP(Double.NaN), "topP", "NaN"),
                    arguments(TidarChatOptions.builder().frequencyPenalty(0.5), "frequencyPenalty", "0.5"),
                    arguments(TidarChatOptions.builder().presencePenalty(-1.0), "presencePenalty", "-1.0"),
                    arguments(TidarChatOptions.builder().model("gpt-9"), "model", "gpt-9"),
                    arguments(TidarChatOptions.builder().toolCallbacks(weather(), weather()), "tools", "weather"),
                    arguments(TidarChatOptions.builder().toolChoice(Tools.Choice.REQUIRED), "tool choice", "required"),
                    arguments(TidarChatOptions.builder().thinkingBudget(0), "thinking budget", "0"),
                    arguments(TidarChatOptions.builder().maxTokens(0), "max tokens", "0"),
                    arguments(TidarChatOptions.builder().temperature(-0.1), "temperature", "-0.1"),
                    arguments(TidarChatOptions.builder().draftLength(33), "draft length", "33"),
                    arguments(TidarChatOptions.builder().outcomes(Set.of(0)), "outcomes", "0"),
                    arguments(TidarChatOptions.builder().stopSequences(List.of("")), "stop string", "0"));
        }

        @ParameterizedTest
        @MethodSource("unsupportedOptions")
        void namingTheOptionAndItsValue(TidarChatOptions.Builder options, String name, String value) {
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

            assertRefused(message, "image/png");
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
                            prompt, TidarChatOptions.builder().topK(3).build()))
                    .message()
                    .doesNotContain("secret");
        }

        private void assertRefused(Message message, String name) {
            assertThatThrownBy(() -> mapper.request(
                            List.of(message), TidarChatOptions.builder().build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(name);
        }
    }

    @Nested
    class IsTaken {

        static Stream<TidarChatOptions.Builder> switchedOff() {
            return Stream.of(
                    TidarChatOptions.builder().topK(0),
                    TidarChatOptions.builder().topK(-1),
                    TidarChatOptions.builder().topP(1.0),
                    TidarChatOptions.builder().frequencyPenalty(0.0),
                    TidarChatOptions.builder().presencePenalty(-0.0),
                    TidarChatOptions.builder().toolCallbacks(List.of()),
                    TidarChatOptions.builder().toolContext(Map.of("user", "Sue")));
        }

        @ParameterizedTest
        @MethodSource("switchedOff")
        void whenAnUnsupportedOptionIsSwitchedOff(TidarChatOptions.Builder options) {
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
