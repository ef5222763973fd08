package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.spring.TidarChatOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

@RunningSample
@DisplayName("A streamed answer")
class ChatStreamTest {

    private static final String QUESTION = "Write a Java loop that prints 1 to 3, and say “grüß Gott” 你好 🙂.";

    @Autowired
    WebTestClient http;

    @Autowired
    ChatModel model;

    @Autowired
    TidarEngine engine;

    @Test
    void isChunksWithNumberedStepsAndThenOneDone() {
        List<ServerSentEvent<JsonNode>> events = ask(Map.of("maxTokens", 12));

        List<String> names = events.stream().map(ServerSentEvent::event).toList();
        assertThat(names).endsWith("done");
        assertThat(names.subList(0, names.size() - 1)).isNotEmpty().containsOnly("chunk");
        assertThat(Replies.chunks(events))
                .extracting(chunk -> chunk.get("step").asInt())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void namesTheTokensOfEachStepWhoseTextsJoinToItsText() {
        List<JsonNode> chunks = Replies.chunks(ask(Map.of("maxTokens", 24, "mode", "two-pass", "draftLength", 4)));

        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(joined(chunk.get("tokens").values()))
                        .isEqualTo(chunk.get("text").asString()));
        assertThat(chunks)
                .as("greedy answers of this model have accepted drafts within 24 tokens")
                .anySatisfy(chunk -> assertThat(chunk.get("tokens").values())
                        .anySatisfy(token ->
                                assertThat(token.get("accepted").asBoolean()).isTrue()));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRAFT_MODEL") // there is none
    void isByteForByteTheBlockingAnswer(DecodeMode mode) {
        var options = TidarChatOptions.builder().maxTokens(40).temperature(0.8).seed(7L);
        String blocking = model.call(new Prompt(List.of(new UserMessage(QUESTION)), options.build()))
                .getResult()
                .getOutput()
                .getText();

        List<ServerSentEvent<JsonNode>> events =
                ask(Map.of("maxTokens", 40, "temperature", 0.8, "seed", 7, "mode", Words.of(mode)));

        assertThat(joined(Replies.chunks(events))).isNotBlank().isEqualTo(blocking);
    }

    @Test
    void endsWithUsageAndStatistics() {
        JsonNode done = Replies.last(ask(Map.of("maxTokens", 8, "mode", "autoregressive")));

        assertThat(done.get("finishReason").asString()).isEqualTo("length");
        assertThat(done.at("/usage/completionTokens").asInt()).isEqualTo(8);
        assertThat(done.at("/usage/totalTokens").asInt())
                .isEqualTo(8 + done.at("/usage/promptTokens").asInt())
                .isGreaterThan(8);
        assertThat(done.at("/stats/forwards").asInt()).isEqualTo(7);
        assertThat(done.at("/stats/kept/1").asInt()).isEqualTo(7);
        assertThat(done.at("/stats/tokensPerForward").asDouble()).isEqualTo(1);
        assertThat(done.at("/stats/tokensPerSecond").asDouble()).isPositive();
        assertThat(done.at("/stats/layout").asString()).isEqualTo("autoregressive");
        assertThat(done.at("/stats/device").asString())
                .isEqualTo(engine.status().device());
        assertThat(done.at("/stats/backend").asString())
                .isEqualTo(engine.status().backend());
        assertThat(done.at("/stats/seed").asString()).matches("-?\\d+");
    }

    @Test
    void tellsWhatItFoundOfThePromptInThePrefixCache() {
        ask(Map.of("maxTokens", 1));

        JsonNode usage = Replies.last(ask(Map.of("maxTokens", 1))).get("usage");

        assertThat(usage.get("cachedTokens").asInt())
                .isPositive()
                .isLessThan(usage.get("promptTokens").asInt());
    }

    @Test
    void stopsTheEngineWhenTheConnectionCloses() {
        Flux<ServerSentEvent<JsonNode>> stream = stream(Map.of("maxTokens", 4000, "temperature", 1.5, "seed", 3));

        StepVerifier.create(stream, 1)
                .expectNextCount(1)
                .then(() -> assertThat(engine.status().running()).isEqualTo(1))
                .thenCancel()
                .verify(Duration.ofMinutes(1));

        await("the engine to stop, long before 4000 tokens are made")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> engine.status().running() == 0);
    }

    private List<ServerSentEvent<JsonNode>> ask(Map<String, Object> options) {
        return stream(options).collectList().block(Duration.ofMinutes(2));
    }

    private Flux<ServerSentEvent<JsonNode>> stream(Map<String, Object> options) {
        var body = new HashMap<>(options);
        body.put("messages", List.of(Map.of("role", "user", "text", QUESTION)));
        return http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.TEXT_EVENT_STREAM)
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {})
                .getResponseBody();
    }

    private static String joined(Iterable<JsonNode> parts) {
        return StreamSupport.stream(parts.spliterator(), false)
                .map(part -> part.get("text").asString())
                .collect(Collectors.joining());
    }
}
