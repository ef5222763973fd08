package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;

/** What the tests of the API look for in what it sends. */
final class Replies {

    private Replies() {}

    /** The chunks of an answer, in order. */
    static List<JsonNode> chunks(List<ServerSentEvent<JsonNode>> events) {
        return events.stream()
                .filter(event -> "chunk".equals(event.event()))
                .map(ServerSentEvent::data)
                .toList();
    }

    /** What the last event of an answer says. */
    static JsonNode last(List<ServerSentEvent<JsonNode>> events) {
        return events.get(events.size() - 1).data();
    }

    /** A bad request with a problem that names the rule. */
    static void assertRejected(WebTestClient.ResponseSpec response, String rule) {
        response.expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains(rule));
    }
}
