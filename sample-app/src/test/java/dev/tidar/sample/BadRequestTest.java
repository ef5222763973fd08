package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

@RunningSample
@DisplayName("A request that cannot be served")
class BadRequestTest {

    private static final String TURN = "{\"role\": \"user\", \"text\": \"hi\"}";

    @Autowired
    WebTestClient http;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isRejectedBeforeAnyEventAndNamesTheRule(String rule, String body) {
        post(body)
                .expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Request rejected")
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains(rule));
    }

    static Stream<Arguments> isRejectedBeforeAnyEventAndNamesTheRule() {
        return Stream.of(
                Arguments.of("messages must have 1 to 128 messages, but have 0", "{}"),
                Arguments.of("messages must have 1 to 128 messages, but have 0", "{\"messages\": []}"),
                Arguments.of(
                        "messages must have 1 to 128 messages, but have 129",
                        "{\"messages\": [%s]}"
                                .formatted(String.join(
                                        ",",
                                        Stream.generate(() -> TURN).limit(129).toList()))),
                Arguments.of("but have a null", "{\"messages\": [null, %s]}".formatted(TURN)),
                Arguments.of(
                        "role must be user or assistant, but is root", turn("\"role\": \"root\", \"text\": \"hi\"")),
                Arguments.of(
                        "role must be user or assistant, but is system", turn("\"role\": \"system\", \"text\": \"\"")),
                Arguments.of("role must be user or assistant, but is null", turn("\"text\": \"hi\"")),
                Arguments.of("text must be given", turn("\"role\": \"user\"")),
                Arguments.of("end with the role user", turn("\"role\": \"assistant\", \"text\": \"hi\"")),
                Arguments.of(
                        "at most 65536 characters, but have 65538", with("\"system\": \"" + "x".repeat(65536) + "\"")),
                Arguments.of(
                        "mode must be one of auto, single-pass, two-pass, draft-model, autoregressive, but is turbo",
                        with("\"mode\": \"turbo\"")),
                Arguments.of("draft-length must be in [2, 32], but is 1", with("\"draftLength\": 1")),
                Arguments.of("draft-length must be in [2, 32], but is 33", with("\"draftLength\": 33")),
                Arguments.of("outcomes must have kept counts in", with("\"draftLength\": 4, \"outcomes\": [5]")),
                Arguments.of(
                        "groups must be one of auto, full, short, forced-short, but is narrow",
                        with("\"groups\": \"narrow\"")),
                Arguments.of("cannot be read at groups", with("\"groups\": [1]")),
                Arguments.of("temperature must be in [0, 2.0], but is -0.1", with("\"temperature\": -0.1")),
                Arguments.of("temperature must be in [0, 2.0], but is 2.1", with("\"temperature\": 2.1")),
                Arguments.of("temperature must be in [0, 2.0], but is NaN", with("\"temperature\": \"NaN\"")),
                Arguments.of("cannot be read at temperature", with("\"temperature\": \"0.5\"")),
                Arguments.of("cannot be read at temperature", with("\"temperature\": true")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": 1.5")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": 5.0")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": \"5\"")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": \"\"")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": true")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": [5]")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": 99999999999")),
                Arguments.of("cannot be read at seed", with("\"seed\": \"7\"")),
                Arguments.of("cannot be read at seed", with("\"seed\": 7.5")),
                Arguments.of("cannot be read at draftLength", with("\"draftLength\": 4.5")),
                Arguments.of("cannot be read at draftLength", with("\"draftLength\": \"4\"")),
                Arguments.of("cannot be read at outcomes[0]", with("\"outcomes\": [1.5]")),
                Arguments.of("cannot be read at outcomes[0]", with("\"outcomes\": [\"1\"]")),
                Arguments.of("cannot be read at outcomes", with("\"outcomes\": 1")),
                Arguments.of("cannot be read at mode", with("\"mode\": 1")),
                Arguments.of("cannot be read at system", with("\"system\": 1.5")),
                Arguments.of("cannot be read at messages[0].text", turn("\"role\": \"user\", \"text\": 5")),
                Arguments.of("cannot be read at messages[0].text", turn("\"role\": \"user\", \"text\": true")),
                Arguments.of("the body must be a JSON object", with("\"maxTokens\": 5, \"maxTokens\": 6")),
                Arguments.of("the body must be a JSON object", "{\"messages\": [" + TURN + "]} more"),
                Arguments.of("temperature must be 0 or in [0.01", with("\"temperature\": 0.001")),
                Arguments.of("maxTokens must be in [1, 4096], but is 0", with("\"maxTokens\": 0")),
                Arguments.of("maxTokens must be in [1, 4096], but is 4097", with("\"maxTokens\": 4097")),
                Arguments.of("cannot be read at maxTokens", with("\"maxTokens\": \"many\"")),
                Arguments.of("cannot be read at messages[0].role", turn("\"role\": {}, \"text\": \"hi\"")),
                Arguments.of("cannot be read at topP", with("\"topP\": 0.9")),
                Arguments.of("the body must be a JSON object", "{\"messages\": "),
                Arguments.of("the body must be a JSON object", ""));
    }

    @Test
    void isAProblemEvenForACallerThatAcceptsEventsOnly() {
        http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .accept(MediaType.TEXT_EVENT_STREAM)
                .bodyValue("{}")
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void isRejectedWhenItsBodyIsLargerThanAnyConversation() {
        post("{\"messages\": [%s]}".formatted("\"x\",".repeat(200_000)))
                .expectStatus()
                .isEqualTo(413);
    }

    @Test
    void isRejectedWhenThePromptAndItsAnswerCannotFitTheContext() {
        post("{\"messages\": [{\"role\": \"user\", \"text\": \"%s\"}], \"maxTokens\": 4}"
                        .formatted("a 1 b 2 ".repeat(8000)))
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains("but a context of"));
    }

    private WebTestClient.ResponseSpec post(String body) {
        return http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchange();
    }

    private static String turn(String fields) {
        return "{\"messages\": [{%s}]}".formatted(fields);
    }

    private static String with(String options) {
        return "{\"messages\": [%s], %s}".formatted(TURN, options);
    }
}
