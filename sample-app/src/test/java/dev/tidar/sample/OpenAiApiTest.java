package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

@RunningSample
@DisplayName("The OpenAI-compatible API of the sample")
class OpenAiApiTest {

    private static final String MODEL = "smollm2-135m-instruct-tidar";

    @Autowired
    WebTestClient http;

    @Test
    void namesTheEmbeddedModel() {
        http.get()
                .uri("/v1/models")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.data[0].id")
                .isEqualTo(MODEL);
    }

    @Test
    void answers() {
        post("\"max_tokens\": 4, \"seed\": 1")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.choices[0].message.content")
                .isNotEmpty()
                .jsonPath("$.usage.completion_tokens")
                .isEqualTo(4);
    }

    @Test
    void hasItsOwnErrorsAndNotTheProblemsOfTheSample() {
        post("\"temperature\": \"hot\"")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error.message")
                .value(String.class, message -> assertThat(message).startsWith("temperature must be a number"));
    }

    @Test
    void rejectsABodyThatIsLargerThanAnyConversation() {
        post("\"user\": \"%s\"".formatted("x".repeat(520 * 1024)))
                .expectStatus()
                .isEqualTo(413)
                .expectBody()
                .jsonPath("$.error.code")
                .isEqualTo("request_too_large");
    }

    private WebTestClient.ResponseSpec post(String options) {
        return http.post()
                .uri("/v1/chat/completions")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"model\": \"%s\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], %s}"
                        .formatted(MODEL, options))
                .exchange();
    }
}
