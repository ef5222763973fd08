package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tidar.TidarEngine;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Tools;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.annotation.Tool;

/** The examples of {@code docs/answers.md}, which stand in this file word for word. */
@DisplayName("The examples of docs/answers.md")
class AnswerExamplesTest {

    private static TidarEngine engine;
    private static TidarChatModel model;
    private static ChatClient client;

    record City(String name, String country, int inhabitants) {}

    static class Weather {

        @Tool(description = "The temperature in a city, in degrees Celsius")
        int temperature(String city) {
            return city.length();
        }
    }

    @BeforeAll
    static void load(@TempDir Path directory) {
        engine = TidarEngine.load(EngineOptions.builder(StoriesModel.in(directory, 2_048))
                .threads(1)
                .build());
        var options = TidarChatOptions.builder().maxTokens(120).build();
        model = new TidarChatModel(engine, options, ObservationRegistry.NOOP);
        client = ChatClient.create(model);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void areThoseOfThisFile() throws IOException {
        String here = oneLine(
                Files.readString(Path.of("src/test/java", getClass().getName().replace('.', '/') + ".java")));
        var examples = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/answers.md")))
                .results()
                .map(example -> oneLine(example.group(1)))
                .toList();

        assertThat(examples).hasSize(8).allSatisfy(example -> assertThat(here).contains(example));
    }

    @Test
    void sample() {
        var options = TidarChatOptions.builder()
                .temperature(0.8)
                .topP(0.95)
                .minP(0.05)
                .repetitionPenalty(1.1)
                .stopSequences(List.of("\n\n"))
                .seed(7L);

        assertThat(client.prompt("Lily").options(options).call().content())
                .isEqualTo(client.prompt("Lily").options(options).call().content());
    }

    @Test
    void makeAnObject() {
        City city = client.prompt("Describe Paris.")
                .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                .call()
                .entity(City.class);

        assertThat(city).hasNoNullFieldsOrProperties();
    }

    @Test
    void choose() {
        String verdict = client.prompt("Is Paris in France?")
                .options(TidarChatOptions.builder().choices(List.of("yes", "no")))
                .call()
                .content();

        assertThat(verdict).isIn("yes", "no");
    }

    @Test
    void offerTools() {
        String answer = client.prompt("How warm is it in Paris?")
                .tools(new Weather())
                .call()
                .content();

        assertThat(answer).isNotEmpty();
    }

    @Test
    void demandACall() {
        ChatResponse answer = model.call(new Prompt(
                "How warm is it in Paris?",
                TidarChatOptions.builder()
                        .toolCallbacks(ToolCallbacks.from(new Weather()))
                        .toolChoice(Tools.Choice.of("temperature"))
                        .build()));
        List<AssistantMessage.ToolCall> calls = answer.getResult().getOutput().getToolCalls();

        assertThat(calls).extracting(AssistantMessage.ToolCall::name).containsExactly("temperature");
        assertThat(calls.get(0).arguments()).contains("\"city\"");
        assertThat(answer.getResult().getMetadata().getFinishReason()).isEqualTo("tool_calls");
    }

    @Test
    void noticeTheLimit() {
        assertThatIllegalStateException()
                .isThrownBy(AnswerExamplesTest::describe)
                .withMessageContaining("text at /");
        assertThatIllegalStateException()
                .isThrownBy(() -> ChatClient.builder(model)
                        .defaultAdvisors(refusesClosedAnswers())
                        .build()
                        .prompt("Describe Paris.")
                        .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                        .call()
                        .entity(City.class))
                .withMessageContaining("text at /");
    }

    private static void describe() {
        var described = client.prompt("Describe Paris.")
                .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                .call()
                .responseEntity(City.class);
        ClosedByLimit place = described.response().getResult().getMetadata().get(TidarMetadata.CLOSED_BY_LIMIT);
        if (place != null) {
            throw new IllegalStateException("maxTokens is too small, the answer is made up from here on: " + place);
        }
    }

    private static CallAdvisor refusesClosedAnswers() {
        CallAdvisor refusesClosedAnswers = new CallAdvisor() {
            @Override
            public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
                ChatClientResponse answer = chain.nextCall(request);
                ClosedByLimit place =
                        answer.chatResponse().getResult().getMetadata().get(TidarMetadata.CLOSED_BY_LIMIT);
                if (place != null) {
                    throw new IllegalStateException(
                            "maxTokens is too small, the answer is made up from here on: " + place);
                }
                return answer;
            }

            @Override
            public String getName() {
                return "refuses answers that the limit closed";
            }

            @Override
            public int getOrder() {
                return 0;
            }
        };
        return refusesClosedAnswers;
    }

    @Test
    void weigh() {
        ChatResponse answer = client.prompt("Is Paris in France?")
                .options(TidarChatOptions.builder().logProbs(3))
                .call()
                .chatResponse();
        List<Map<String, Object>> tokens = answer.getResult().getMetadata().get(TidarMetadata.LOG_PROBS);

        assertThat(Objects.requireNonNull(tokens))
                .isNotEmpty()
                .allSatisfy(token -> assertThat(token).containsOnlyKeys("id", "logProb", "top"));
    }

    private static String oneLine(String code) {
        return code.strip().replaceAll("\\s+", " ");
    }
}
