package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.errors.NotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.publisher.Flux;

/** Spring AI's own client of OpenAI's API, which sits on OpenAI's Java library. */
@DisplayName("Spring AI's OpenAI client")
class SpringAiClientTest {

    private final TestApi api = TestApi.onWebFlux();

    record Pet(Kind kind, boolean old) {}

    enum Kind {
        CAT,
        DOG
    }

    static final class Weather {
        final List<String> asked = new ArrayList<>();

        @Tool(description = "The weather in a city")
        String weather(String city) {
            asked.add(city);
            return "sun in " + city;
        }
    }

    @Test
    void getsAnAnswerWithItsUsage() {
        ChatResponse answer = model(TestEngines.STORIES).call(new Prompt("Once upon a time"));

        assertThat(text(answer)).isNotBlank();
        assertThat(answer.getMetadata().getUsage().getCompletionTokens()).isEqualTo(40);
        assertThat(Objects.requireNonNull(answer.getResult()).getMetadata().getFinishReason())
                .isEqualToIgnoringCase("length");
    }

    @Test
    void streamsTheSameAnswer() {
        OpenAiChatModel model = model(TestEngines.STORIES);
        String whole = text(model.call(new Prompt("Once upon a time")));
        List<ChatResponse> chunks = Objects.requireNonNull(
                model.stream(new Prompt("Once upon a time")).collectList().block());

        assertThat(chunks).hasSizeGreaterThan(3);
        assertThat(String.join("", chunks.stream().map(SpringAiClientTest::text).toList()))
                .isEqualTo(whole);
        assertThat(chunks.get(chunks.size() - 1).getMetadata().getUsage().getCompletionTokens())
                .isEqualTo(40);
    }

    @Test
    void runsItsTools() {
        Weather weather = new Weather();
        String answer = ChatClient.create(model(TestEngines.WEATHER))
                .prompt("What is the weather in Tokyo and in Paris?")
                .tools(weather)
                .call()
                .content();

        assertThat(weather.asked).containsExactly("Tokyo", "Paris");
        assertThat(answer).contains("sun in Tokyo").contains("sun in Paris");
    }

    @Test
    void runsItsToolsInAStream() {
        Weather weather = new Weather();
        Flux<String> answer = ChatClient.create(model(TestEngines.WEATHER))
                .prompt("What is the weather in San Francisco?")
                .tools(weather)
                .stream()
                .content();

        assertThat(String.join("", Objects.requireNonNull(answer.collectList().block())))
                .contains("sun in San Francisco");
        assertThat(weather.asked).containsExactly("San Francisco");
    }

    @Test
    void readsAnEntityThatKeepsToItsSchema() {
        Pet pet = ChatClient.create(model(TestEngines.STORIES))
                .prompt("Once upon a time there was a pet")
                .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                .call()
                .entity(Pet.class);

        assertThat(Objects.requireNonNull(pet).kind()).isNotNull();
    }

    @Test
    void understandsAnError() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> model("no-such-model").call(new Prompt("Once upon a time")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("model must be one of");
    }

    private OpenAiChatModel model(String name) {
        return OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
                        .baseUrl(api.url() + "/v1")
                        .apiKey("unused")
                        .model(name)
                        .maxTokens(name.equals(TestEngines.STORIES) ? 40 : 400)
                        .streamUsage(true)
                        .build())
                .build();
    }

    private static String text(ChatResponse response) {
        return response.getResult() == null
                ? ""
                : Objects.requireNonNullElse(response.getResult().getOutput().getText(), "");
    }
}
