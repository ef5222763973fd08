package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;

/** Real connections to the application on a tiny model: four requests run, 100 more may wait. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"tidar.batch.max-sequences=4", "tidar.queue.max-requests=100", "tidar.threads=1"})
@DirtiesContext
@DisplayName("Many subscribers")
class ManySubscribersTest {

    private static final int SUBSCRIBERS = 100;

    private static final int TOKENS = 20;

    @Autowired
    TidarEngine engine;

    @LocalServerPort
    int port;

    @DynamicPropertySource
    static void tinyModel(DynamicPropertyRegistry properties) {
        properties.add("tidar.model", TinyModel::folder);
    }

    @Test
    void getExactlyWhatTheyAskedForWhileEveryTenthClosesItsConnection() {
        EngineStatus before = engine.status();

        List<Integer> tokens = Flux.range(0, SUBSCRIBERS)
                .flatMap(i -> i % 10 == 0 ? firstEventOnly() : completionTokens(i), SUBSCRIBERS)
                .collectList()
                .block(Duration.ofMinutes(5));

        assertThat(tokens)
                .hasSize(SUBSCRIBERS * 9 / 10)
                .allSatisfy(count -> assertThat(count).isEqualTo(TOKENS));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            EngineStatus after = engine.status();
            assertThat(after.running()).isZero();
            assertThat(after.queued()).isZero();
            KvStatus kv = after.kv();
            assertThat(kv.freeBytes() + kv.cachedBytes()).isEqualTo(kv.bytes());
            assertThat(after.totals().cancelled() - before.totals().cancelled()).isEqualTo(SUBSCRIBERS / 10);
            assertThat(after.totals().failed()).isEqualTo(before.totals().failed());
        });
        assertThat(completionTokens(1).block(Duration.ofMinutes(1))).isEqualTo(TOKENS);
    }

    @Test
    @DisplayName("F94: are told to come back later when the queue is full")
    void areToldToComeBackLater() {
        List<Disposable> all = new ArrayList<>();
        subscribe(4, all);
        await().atMost(Duration.ofSeconds(30)).until(() -> engine.status().running() == 4);
        subscribe(100, all);
        await().atMost(Duration.ofSeconds(30)).until(() -> engine.status().queued() == 100);

        String problem = post(longAnswer(), response -> {
                    assertThat(response.statusCode().value()).isEqualTo(503);
                    assertThat(response.headers().header(HttpHeaders.RETRY_AFTER))
                            .singleElement()
                            .satisfies(seconds ->
                                    assertThat(Integer.parseInt(seconds)).isPositive());
                    return response.bodyToFlux(String.class);
                })
                .blockLast(Duration.ofSeconds(30));

        assertThat(problem).contains("Engine busy", "100 requests wait");
        all.forEach(Disposable::dispose);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            EngineStatus status = engine.status();
            return status.running() + status.queued() == 0;
        });
    }

    private void subscribe(int count, List<Disposable> all) {
        for (int i = 0; i < count; i++) {
            all.add(events(longAnswer()).subscribe());
        }
    }

    /** Closes the connection after the first event of an answer that would take long. */
    private Mono<Integer> firstEventOnly() {
        return events(longAnswer()).take(1).then(Mono.empty());
    }

    private Mono<Integer> completionTokens(int i) {
        return events(Map.of("messages", turn("Once upon a time, " + i), "maxTokens", TOKENS, "temperature", 0))
                .last()
                .map(done -> done.data().at("/usage/completionTokens").asInt());
    }

    private static Map<String, Object> longAnswer() {
        return Map.of("messages", turn("Once upon a time"), "maxTokens", 400, "mode", "single-pass", "draftLength", 32);
    }

    private static List<Map<String, String>> turn(String text) {
        return List.of(Map.of("role", "user", "text", text));
    }

    private Flux<ServerSentEvent<JsonNode>> events(Map<String, Object> request) {
        return post(request, response -> {
            assertThat(response.statusCode().value()).isEqualTo(200);
            return response.bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {});
        });
    }

    private <T> Flux<T> post(Map<String, Object> request, Function<ClientResponse, Flux<T>> reader) {
        var connections = ConnectionProvider.newConnection();
        return WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(HttpClient.create(connections)))
                .baseUrl("http://localhost:" + port)
                .build()
                .post()
                .uri("/api/chat")
                .bodyValue(request)
                .exchangeToFlux(reader);
    }
}
