package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.test.Gate;
import dev.tidar.test.Reply;
import dev.tidar.test.TidarScript;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Over HTTP, as a platform and an operator see it. */
@OperatedSample
@DisplayName("An application in operation")
class OperationsTest {

    private static final String SECRET = "xylophone";

    @Autowired
    WebTestClient http;

    @Autowired
    TidarScript script;

    @LocalServerPort
    int port;

    @AfterEach
    void goOn() {
        script.reset();
        await().until(() -> get("/actuator/tidar", 200).at("/running").asInt() == 0);
    }

    @Test
    void isTakenOutOfServiceWhileItsDeviceHangsAndComesBackAfterwards() throws InterruptedException {
        Disposable request = askWhileTheDeviceHangs();
        assertThat(status("/actuator/health/readiness", 200)).isEqualTo("UP");

        script.advance(Duration.ofSeconds(31));

        JsonNode health = get("/actuator/health", 503);
        assertThat(health.get("status").asString()).isEqualTo("OUT_OF_SERVICE");
        assertThat(health.at("/components/tidar/details/reason").asString())
                .matches("no step has ended for \\d{5} ms while requests wait; the device may hang");
        assertThat(status("/actuator/health/readiness", 503)).isEqualTo("OUT_OF_SERVICE");
        assertThat(status("/actuator/health/liveness", 200)).isEqualTo("UP");

        script.reset();
        await().untilAsserted(() ->
                assertThat(status("/actuator/health/readiness", 200)).isEqualTo("UP"));
        request.dispose();
    }

    @Test
    void showsItsRequestsWithoutTheirTexts() throws InterruptedException {
        Disposable request = askWhileTheDeviceHangs();

        JsonNode status = get("/actuator/tidar", 200);

        assertThat(status.at("/activity/requests/0/phase").asString()).isEqualTo("PREFILL");
        assertThat(status.at("/activity/requests/0/promptTokens").asInt()).isPositive();
        assertThat(status.toString()).doesNotContain(SECRET);
        request.dispose();
    }

    @Test
    void showsWhatItComputesOnAndHowLongStepsTake() {
        JsonNode status = get("/actuator/tidar/" + TidarScript.NAME, 200);

        assertThat(status.at("/loaded/device").asString()).startsWith("cpu");
        assertThat(status.at("/loaded/backend").asString()).isNotBlank();
        assertThat(status.at("/loaded/memory/kvType").asString()).isEqualTo("f32");
        assertThat(status.at("/loaded/layout/candidates").values())
                .allSatisfy(candidate ->
                        assertThat(candidate.get("stepMillis").asDouble()).isPositive());
        assertThat(status.at("/activity/limits/maxRunning").asInt()).isEqualTo(16);
        get("/actuator/tidar/other", 404);
    }

    @Test
    void dropsItsCachedPrefixes() {
        ask("Once upon a time there was a little dog who liked to play in the big park with his red ball");
        assertThat(get("/actuator/tidar", 200).at("/loaded/kv/cachedBytes").asLong())
                .isPositive();

        assertThat(post("clear-cache", Map.of(), 200).get("droppedBlocks").asInt())
                .isPositive();

        assertThat(get("/actuator/tidar", 200).at("/loaded/kv/cachedBytes").asLong())
                .isZero();
    }

    @Test
    void changesItsModeWhileItServes() {
        post("mode", Map.of("mode", "two-pass"), 200);

        assertThat(ask("Once upon a time")).contains("\"layout\":\"two-pass");
        post("mode", Map.of("mode", "auto"), 200);
        assertThat(get("/actuator/tidar", 200).at("/loaded/decoding/mode").asString())
                .isEqualTo("AUTO");
    }

    @Test
    void rejectsWhatItCannotDo() {
        post("mode", Map.of(), 400);
        post("mode", Map.of("mode", "warp"), 400);
        post("format-disk", Map.of(), 400);
        post("unload", Map.of(), 400);
        post("clear-cache", Map.of("model", "other"), 400);
    }

    private Disposable askWhileTheDeviceHangs() throws InterruptedException {
        var forward = new Gate();
        script.reply(Reply.text("").waitingAt(forward).then("A story"));
        Disposable request = WebClient.create("http://localhost:" + port) // not http, which waits for the head
                .post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(question("My " + SECRET))
                .retrieve()
                .bodyToMono(String.class)
                .subscribe();
        forward.awaitReached();
        return request;
    }

    private String ask(String text) {
        script.reply("A story");
        return http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(question(text))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
    }

    private static Map<String, Object> question(String text) {
        return Map.of("messages", List.of(Map.of("role", "user", "text", text)), "maxTokens", 12);
    }

    private String status(String path, int code) {
        return get(path, code).get("status").asString();
    }

    private JsonNode get(String path, int code) {
        return body(http.get().uri(path).exchange(), code);
    }

    private JsonNode post(String operation, Map<String, String> body, int code) {
        return body(
                http.post()
                        .uri("/actuator/tidar/" + operation)
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(body)
                        .exchange(),
                code);
    }

    private static JsonNode body(WebTestClient.ResponseSpec response, int code) {
        JsonNode body = response.expectStatus()
                .isEqualTo(code)
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
        return body == null ? MissingNode.getInstance() : body;
    }
}
