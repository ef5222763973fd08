package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

@DisplayName("An example of docs/openai.md")
class ClientExamplesTest {

    private static final String URL = "http://localhost:8080";
    private static final String MODEL = "smollm2-135m-instruct-tidar";

    private final TestApi api = TestApi.onWebFlux();

    @Test
    @EnabledIf(value = "hasCurl", disabledReason = "curl and sh must be on the PATH")
    void runsWithCurl() throws Exception {
        String answer = NodeClient.run(List.of("sh", "-c", example("shell")));

        assertThat(TestApi.json(answer).at("/usage/completion_tokens").intValue())
                .isEqualTo(20);
    }

    @Test
    @EnabledIf(
            value = "dev.tidar.openai.NodeClient#isInstalled",
            disabledReason =
                    "node must be on the PATH, and src/test/js/setup.sh must have installed the package openai")
    void runsWithJavaScript() throws Exception {
        String answer = NodeClient.run(List.of("node", "--input-type=module", "--eval", example("javascript")));

        assertThat(answer).isNotBlank();
    }

    @Test
    void runsWithSpringAi() throws IOException {
        // Word for word, but for the address and the model.
        OpenAiChatModel model = OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
                        .baseUrl(api.url() + "/v1")
                        .apiKey("unused")
                        .model(TestEngines.STORIES)
                        .maxTokens(20)
                        .build())
                .build();
        String answer = ChatClient.create(model).prompt("Name a colour.").call().content();

        assertThat(answer).isNotBlank();
        String written = Files.readString(Path.of("src/test/java/dev/tidar/openai/ClientExamplesTest.java"))
                .replace("api.url() + \"/v1\"", "\"%s/v1\"".formatted(URL))
                .replace("TestEngines.STORIES", "\"%s\"".formatted(MODEL));
        assertThat(withoutSpace(written)).contains(withoutSpace(block("java")));
    }

    static boolean hasCurl() {
        return NodeClient.isOnPath("curl") && NodeClient.isOnPath("sh");
    }

    /** An example, for the application and the model of this test. */
    private String example(String language) throws IOException {
        return block(language).replace(URL, api.url()).replace(MODEL, TestEngines.STORIES);
    }

    private static String block(String language) throws IOException {
        var block = Pattern.compile("```%s\n(.*?)```".formatted(language), Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/openai.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }
}
