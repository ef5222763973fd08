package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

@ScriptedSample
@DisplayName("A conversation that the server remembers")
class ConversationTest {

    @Autowired
    WebTestClient http;

    @Autowired
    TidarEngine engine;

    private String conversation;

    @BeforeEach
    void open() {
        JsonNode opened = http.post()
                .uri("/api/conversations")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{}")
                .exchange()
                .expectStatus()
                .isCreated()
                .expectHeader()
                .value("Location", location -> assertThat(location).startsWith("/api/conversations/"))
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
        conversation = opened.get("id").asString();
        assertThat(opened.get("exchanges").values()).isEmpty();
    }

    @Test
    void needsTheNextQuestionOnly() {
        assertThat(text(ask(Map.of("text", "One?")))).isEqualTo("I heard: One?");
        assertThat(text(ask(Map.of("text", "Two?")))).isEqualTo("I heard: One? | Two?");
    }

    @Test
    void canBeReadAgain() {
        ask(Map.of("text", "One?"));

        assertThat(exchanges()).singleElement().satisfies(exchange -> {
            assertThat(exchange.get("question").asString()).isEqualTo("One?");
            assertThat(exchange.get("answer").asString()).isEqualTo("I heard: One?");
        });
    }

    @Test
    void isGoneOnceItIsDeleted() {
        http.delete().uri(path()).exchange().expectStatus().isNoContent();

        expectNotFound(http.get().uri(path()).exchange());
        expectNotFound(post(Map.of("text", "One?")));
        expectNotFound(http.delete().uri(path()).exchange());
    }

    @Test
    void isOneOfMany() {
        ask(Map.of("text", "One?"));
        open();

        assertThat(text(ask(Map.of("text", "Two?")))).isEqualTo("I heard: Two?");
    }

    @Test
    void takesTheSystemMessageOfTheRequestAndDoesNotRememberIt() {
        List<ServerSentEvent<JsonNode>> with = ask(Map.of("text", "One?", "system", "Be very brief indeed."));
        int prompt = usage(with).get("promptTokens").asInt();
        open();

        List<ServerSentEvent<JsonNode>> without = ask(Map.of("text", "One?"));

        assertThat(usage(without).get("promptTokens").asInt()).isLessThan(prompt);
        assertThat(exchanges()).hasSize(1);
    }

    @Test
    void remembersOfAStoppedAnswerWhatWasSentOfItAndTakesNoQuestionMeanwhile() {
        Flux<ServerSentEvent<JsonNode>> answer = stream(Map.of("text", ScriptedSample.Script.LONG, "maxTokens", 4096));

        StepVerifier.create(answer, 2)
                .expectNextCount(2)
                .then(() -> post(Map.of("text", "Two?"))
                        .expectStatus()
                        .isEqualTo(409)
                        .expectBody()
                        .jsonPath("$.detail")
                        .value(String.class, detail -> assertThat(detail).contains("still being written")))
                .thenCancel()
                .verify(Duration.ofMinutes(1));

        await("the end of the answer").until(() -> !exchanges().isEmpty());
        assertThat(exchanges().get(0).get("answer").asString())
                .startsWith("and then ")
                .hasSizeLessThan(4096);
        assertThat(engine.status().running()).isZero();
    }

    @Test
    void rejectsAQuestionToTheGuideAsAnyOther() {
        post(Map.of("text", "long ".repeat(12_000), "guide", true))
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void remembersNoQuestionThatIsRejected() {
        post(Map.of("text", "long ".repeat(12_000)))
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains("but a context of"));

        assertThat(exchanges()).isEmpty();
        assertThat(text(ask(Map.of("text", "One?")))).isEqualTo("I heard: One?");
    }

    @Test
    void answersFromTheGuideAndNamesItsSourcesFirst() {
        List<ServerSentEvent<JsonNode>> events =
                ask(Map.of("text", "Which properties does the prefix cache have?", "guide", true, "maxTokens", 4096));

        assertThat(events.get(0).event()).isEqualTo("sources");
        assertThat(events.get(0).data().get("passages").values())
                .hasSizeBetween(1, 3)
                .allSatisfy(passage -> {
                    assertThat(passage.get("page").asString()).isNotBlank();
                    assertThat(passage.get("text").asString()).hasSizeLessThan(1000);
                    assertThat(passage.get("score").asDouble()).isGreaterThan(0.2);
                });
        String firstWords = events.get(0)
                .data()
                .at("/passages/0/text")
                .asString()
                .lines()
                .findFirst()
                .orElseThrow();
        assertThat(text(events)).as("what the model was asked").contains(firstWords, "Answer from the passages above");
        assertThat(exchanges().get(0).get("question").asString())
                .as("what is remembered")
                .isEqualTo("Which properties does the prefix cache have?");
    }

    @Test
    void showsTheCallsOfToolsAndEndsWithTheFiguresOfTheAnswer() {
        List<ServerSentEvent<JsonNode>> events = ask(Map.of("text", "What is 6 times 7?", "tools", "required"));

        List<JsonNode> calls = events.stream()
                .filter(event -> "tool".equals(event.event()))
                .map(ServerSentEvent::data)
                .toList();
        assertThat(calls)
                .as("a model that always calls has three rounds")
                .hasSize(3)
                .allSatisfy(call -> {
                    assertThat(call.get("name").asString()).isEqualTo("calculate");
                    assertThat(call.get("arguments").asString()).contains("MULTIPLY");
                    assertThat(call.get("result").asString()).contains("42");
                });
        assertThat(events.get(events.size() - 1).event()).isEqualTo("done");
        assertThat(Replies.last(events).at("/stats/forwards").asInt()).isPositive();
        assertThat(text(events)).startsWith("I heard: What is 6 times 7?");
        assertThat(exchanges()).hasSize(1);
    }

    @Test
    void offersNoToolsUnlessItIsAsked() {
        assertThat(ask(Map.of("text", "What is 6 times 7?")))
                .extracting(ServerSentEvent::event)
                .doesNotContain("tool");
    }

    @Test
    void saysThatTheGuideIsThere() {
        http.get()
                .uri("/api/features")
                .exchange()
                .expectBody()
                .jsonPath("$.guide")
                .isEqualTo(true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void rejectsARequestThatBreaksARule(String rule, Map<String, Object> request) {
        Replies.assertRejected(post(request), rule);
    }

    static Stream<Arguments> rejectsARequestThatBreaksARule() {
        return Stream.of(
                Arguments.of("text must be given, but is missing", Map.of()),
                Arguments.of("text must be given, but is blank", Map.of("text", " \n")),
                Arguments.of("at most 65536 characters", Map.of("text", "x".repeat(70_000))),
                Arguments.of("tools must be missing or one of auto, required", Map.of("text", "a", "tools", "all")),
                Arguments.of("cannot be read at guide", Map.of("text", "a", "guide", "yes")),
                Arguments.of("cannot be read at messages", Map.of("text", "a", "messages", List.of())),
                Arguments.of("maxTokens must be in [1, 4096]", Map.of("text", "a", "maxTokens", 0)),
                Arguments.of("mode must be one of", Map.of("text", "a", "mode", "turbo")));
    }

    private String path() {
        return "/api/conversations/" + conversation;
    }

    private List<JsonNode> exchanges() {
        return List.copyOf(http.get()
                .uri(path())
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody()
                .get("exchanges")
                .values());
    }

    private List<ServerSentEvent<JsonNode>> ask(Map<String, Object> request) {
        return stream(request).collectList().block(Duration.ofMinutes(1));
    }

    private Flux<ServerSentEvent<JsonNode>> stream(Map<String, Object> request) {
        return post(request)
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {})
                .getResponseBody();
    }

    private WebTestClient.ResponseSpec post(Map<String, Object> request) {
        return http.post()
                .uri(path() + "/messages")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(request)
                .exchange();
    }

    private static void expectNotFound(WebTestClient.ResponseSpec response) {
        response.expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).startsWith("there is no such conversation"));
    }

    private static JsonNode usage(List<ServerSentEvent<JsonNode>> events) {
        return Replies.last(events).get("usage");
    }

    private static String text(List<ServerSentEvent<JsonNode>> events) {
        return Replies.chunks(events).stream()
                .map(chunk -> chunk.get("text").asString())
                .collect(Collectors.joining());
    }
}
