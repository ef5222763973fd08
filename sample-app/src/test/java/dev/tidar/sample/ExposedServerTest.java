package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

@RunningSample
@DisplayName("A server that strangers can reach")
class ExposedServerTest {

    @Autowired
    WebTestClient http;

    @ParameterizedTest(name = "{0}: {1} {2} as {3} for {4}")
    @MethodSource
    void rejectsWithAProblemDetail(int status, HttpMethod method, String path, String type, String accepted) {
        http.method(method)
                .uri(path)
                .contentType(MediaType.parseMediaType(type))
                .accept(MediaType.parseMediaType(accepted))
                .bodyValue("{}")
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(status)
                .jsonPath("$.title")
                .isNotEmpty();
    }

    static Stream<Arguments> rejectsWithAProblemDetail() {
        String json = "application/json";
        return Stream.of(
                Arguments.of(400, HttpMethod.POST, "/api/chat", json, "text/event-stream"),
                Arguments.of(404, HttpMethod.GET, "/nowhere", json, "*/*"),
                Arguments.of(404, HttpMethod.GET, "/nowhere", json, "text/html"),
                Arguments.of(404, HttpMethod.GET, "/api/chats", json, "text/event-stream"),
                Arguments.of(404, HttpMethod.GET, "/actuator/env", json, json),
                Arguments.of(404, HttpMethod.GET, "/api/conversations/guessed", json, json),
                Arguments.of(405, HttpMethod.GET, "/api/conversations", json, json),
                Arguments.of(405, HttpMethod.GET, "/api/extract", json, json),
                Arguments.of(400, HttpMethod.POST, "/api/extract", json, json),
                Arguments.of(405, HttpMethod.PUT, "/api/chat", json, "*/*"),
                Arguments.of(405, HttpMethod.GET, "/api/chat", json, "text/event-stream"),
                Arguments.of(405, HttpMethod.POST, "/api/engine", json, json),
                Arguments.of(405, HttpMethod.POST, "/actuator/health", json, json),
                Arguments.of(406, HttpMethod.POST, "/api/chat", json, "image/png"),
                Arguments.of(406, HttpMethod.GET, "/api/engine", json, "image/png"),
                Arguments.of(415, HttpMethod.POST, "/api/chat", "text/plain", "*/*"),
                Arguments.of(415, HttpMethod.POST, "/api/extract", "text/plain", "*/*"),
                Arguments.of(415, HttpMethod.POST, "/api/conversations", "text/plain", "*/*"),
                Arguments.of(415, HttpMethod.POST, "/api/conversations/a/messages", "text/plain", "*/*"),
                Arguments.of(415, HttpMethod.POST, "/api/chat", "application/x-www-form-urlencoded", "*/*"));
    }

    @Test
    void rejectsABodyThatIsTooLargeWithAProblemDetail() {
        http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"system\": \"" + "x".repeat(600_000) + "\"}")
                .exchange()
                .expectStatus()
                .isEqualTo(413)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(413);
    }

    @Test
    void saysWhichMethodsAPathHas() {
        http.get().uri("/api/chat").exchange().expectHeader().valueEquals("Allow", "POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/js/app.js", "/api/engine", "/nowhere", "/actuator/health"})
    void tellsBrowsersToGuessAndFrameAndLoadNothing(String path) {
        http.get()
                .uri(path)
                .exchange()
                .expectHeader()
                .valueEquals("X-Content-Type-Options", "nosniff")
                .expectHeader()
                .valueEquals("X-Frame-Options", "DENY")
                .expectHeader()
                .value(
                        "Content-Security-Policy",
                        policy -> assertThat(policy)
                                .startsWith("default-src 'none';")
                                .contains("frame-ancestors 'none'")
                                .doesNotContain("unsafe"));
    }

    @Test
    void rejectsAHostThatItIsNotKnownUnder() {
        http.get()
                .uri("/")
                .header("Host", "evil.example")
                .exchange()
                .expectStatus()
                .isEqualTo(421)
                .expectHeader()
                .valueEquals("X-Content-Type-Options", "nosniff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/readiness"})
    void showsNobodyTheDetailsOfItsHealth(String path) {
        http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.components")
                .doesNotExist()
                .jsonPath("$.details")
                .doesNotExist();
    }
}
