package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import tools.jackson.databind.JsonNode;

/** OpenAI's own client for JavaScript, run by Node.js: {@code src/test/js/client.mjs}. */
@EnabledIf(
        value = "dev.tidar.openai.NodeClient#isInstalled",
        disabledReason = "node must be on the PATH, and src/test/js/setup.sh must have installed the package openai")
@DisplayName("OpenAI's JavaScript client")
class OpenAiJavaScriptClientTest {

    private static JsonNode report;

    @BeforeAll
    static void run() throws Exception {
        report = TestApi.json(NodeClient.run(List.of(
                "node", "client.mjs", TestApi.onWebFlux().url() + "/v1", TestEngines.STORIES, TestEngines.WEATHER)));
    }

    @Test
    void listsTheModels() {
        assertThat(report.get("models").values())
                .extracting(JsonNode::stringValue)
                .containsExactly(TestEngines.STORIES, TestEngines.WEATHER);
    }

    @Test
    void streamsWhatItGetsInOnePiece() {
        assertThat(report.at("/whole/content").stringValue()).isNotBlank();
        assertThat(report.at("/streamed/content")).isEqualTo(report.at("/whole/content"));
        assertThat(report.at("/streamed/usage/completion_tokens").intValue()).isEqualTo(40);
        assertThat(report.at("/whole/usage/completion_tokens").intValue()).isEqualTo(40);
        assertThat(report.at("/whole/finish").stringValue()).isEqualTo("length");
    }

    @Test
    void runsItsToolsInAStream() {
        assertThat(report.at("/tools/asked").values())
                .extracting(JsonNode::stringValue)
                .containsExactly("Tokyo", "Paris");
        assertThat(report.at("/tools/content").stringValue()).contains("sun in Tokyo", "sun in Paris");
    }

    @Test
    void getsWhatKeepsToItsSchema() {
        assertThat(report.at("/parsed/kind").stringValue()).isIn("cat", "dog");
    }

    @Test
    void getsLogProbabilities() {
        assertThat(report.get("logprobs").toString()).isEqualTo("[2,2,2]");
    }

    @Test
    void understandsAnError() {
        assertThat(report.get("failure").toString())
                .isEqualTo(
                        "{\"kind\":\"NotFoundError\",\"status\":404,\"code\":\"model_not_found\",\"param\":\"model\"}");
    }

    @Test
    void canLeaveAStream() {
        assertThat(report.get("left").booleanValue()).isTrue();
    }
}
