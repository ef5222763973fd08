package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
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
import org.springframework.ai.chat.model.ChatResponse;

/** The examples of {@code docs/answers.md}, which stand in this file word for word. */
@DisplayName("The examples of docs/answers.md")
class AnswerExamplesTest {

    private static TidarEngine engine;
    private static ChatClient client;

    record City(String name, String country, int inhabitants) {}

    @BeforeAll
    static void load(@TempDir Path directory) {
        engine = StoriesModel.load(directory);
        var options = TidarChatOptions.builder().maxTokens(120).build();
        client = ChatClient.create(new TidarChatModel(engine, options, ObservationRegistry.NOOP));
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

        assertThat(examples).hasSize(4).allSatisfy(example -> assertThat(here).contains(example));
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
    void weigh() {
        ChatResponse answer = client.prompt("Is Paris in France?")
                .options(TidarChatOptions.builder().logProbs(3))
                .call()
                .chatResponse();
        List<Map<String, Object>> tokens = answer.getResult().getMetadata().get(TidarMetadata.LOG_PROBS);

        assertThat(Objects.requireNonNull(tokens))
                .isNotEmpty()
                .allSatisfy(token -> assertThat(token).containsOnlyKeys("id", "logProb", "likeliest"));
    }

    private static String oneLine(String code) {
        return code.strip().replaceAll("\\s+", " ");
    }
}
