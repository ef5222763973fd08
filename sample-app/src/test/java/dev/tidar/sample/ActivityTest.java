package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;

@RunningSample
@DisplayName("What the dashboard and the step view ask for")
class ActivityTest {

    private static final String QUESTION = "Count from one to seven.";

    @Autowired
    WebTestClient http;

    @Test
    void countsWhatAnAnswerTookAndGave() {
        JsonNode before = activity();
        JsonNode done = Replies.last(ask(Map.of("maxTokens", 12, "mode", "two-pass", "draftLength", 4)));
        JsonNode after = activity();

        int tokens = done.at("/usage/completionTokens").asInt();
        assertThat(grown("/tokens", before, after)).isEqualTo(tokens);
        assertThat(grown("/decoded/tokens", before, after)).isEqualTo(tokens - 1);
        assertThat(grown("/decoded/forwards", before, after))
                .isEqualTo(done.at("/stats/forwards").asInt());
        assertThat(grown("/prompts/tokens", before, after))
                .isEqualTo(done.at("/usage/promptTokens").asInt());
        assertThat(grown("/requests/finished", before, after)).isEqualTo(1);
        assertThat(steps("two-pass", after) - steps("two-pass", before))
                .isEqualTo(done.at("/stats/forwards").asInt());
        assertThat(after.get("atMillis").asLong())
                .isGreaterThan(before.get("atMillis").asLong());
        assertThat(after.get("drafts").size()).isGreaterThanOrEqualTo(3);
        assertThat(after.at("/drafts/0/verified").asLong())
                .isPositive()
                .isGreaterThanOrEqualTo(after.at("/drafts/0/accepted").asLong());
        assertThat(after.toString()).doesNotContain("Count from");
    }

    @Test
    void hasTheTimesOfForwardsByTheirRows() {
        JsonNode times = activity().get("passTimes");

        assertThat(times.get("byRows").values())
                .extracting(time -> time.get("rows").asInt())
                .startsWith(1)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(times.get("byRows").values())
                .extracting(time -> time.get("millis").asDouble())
                .isSorted()
                .allMatch(millis -> millis > 0);
        assertThat(times.get("promptRowMillis").asDouble()).isPositive();
    }

    @Test
    void tellsHowEachStepCameToItsTokensWhereThatIsAskedFor() {
        List<JsonNode> chunks = Replies.chunks(ask(Map.of("maxTokens", 12, "mode", "single-pass", "steps", true)));

        assertThat(chunks).allSatisfy(chunk -> {
            JsonNode origin = chunk.get("origin");
            long accepted = chunk.get("tokens").values().stream()
                    .filter(token -> token.get("accepted").asBoolean())
                    .count();
            assertThat(origin.get("accepted").asLong()).isEqualTo(accepted);
            assertThat(texts(origin.get("drafts")).subList(0, (int) accepted))
                    .isEqualTo(texts(origin.get("emitted")).subList(0, (int) accepted));
        });
        JsonNode prefill = chunks.get(0).get("origin");
        assertThat(prefill.get("promptRows").asInt()).isNotNegative();
        JsonNode step = chunks.get(1).get("origin");
        assertThat(step.get("source").asString()).isEqualTo("masks");
        assertThat(step.get("layout").asString()).startsWith("single-pass, draft length 8");
        assertThat(texts(step.get("drafts"))).isEqualTo(texts(prefill.get("proposed")));
        assertThat(step.get("groups").size()).isEqualTo(8);
        assertThat(step.at("/groups/0/kept").asInt()).isEqualTo(1);
    }

    @Test
    void sendsNothingOfStepsToThoseWhoDoNotAsk() {
        assertThat(Replies.chunks(ask(Map.of("maxTokens", 2))))
                .allSatisfy(
                        chunk -> assertThat(chunk.propertyNames()).containsExactlyInAnyOrder("step", "text", "tokens"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dashboard.html", "/dashboard.css", "/steps.css", "/js/dashboard.js", "/js/steps.js"})
    void isServedWithTheHeadersOfEveryPage(String path) {
        http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .value("Content-Security-Policy", policy -> assertThat(policy).contains("script-src 'self'"));
    }

    private JsonNode activity() {
        return http.get()
                .uri("/api/activity")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
    }

    private List<ServerSentEvent<JsonNode>> ask(Map<String, Object> options) {
        var body = new HashMap<>(options);
        body.put("messages", List.of(Map.of("role", "user", "text", QUESTION)));
        return http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {})
                .getResponseBody()
                .collectList()
                .block(Duration.ofMinutes(2));
    }

    private static long grown(String count, JsonNode before, JsonNode after) {
        return after.at(count).asLong() - before.at(count).asLong();
    }

    private static long steps(String kind, JsonNode activity) {
        return activity.get("steps").values().stream()
                .filter(of -> of.get("kind").asString().equals(kind))
                .mapToLong(of -> of.get("steps").asLong())
                .sum();
    }

    private static List<String> texts(JsonNode array) {
        return array.values().stream().map(JsonNode::asString).toList();
    }
}
