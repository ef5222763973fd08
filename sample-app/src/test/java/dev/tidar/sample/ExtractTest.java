package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

@ScriptedSample
@DisplayName("A record from a text")
class ExtractTest {

    @Autowired
    WebTestClient http;

    @Test
    void hasTheFieldsOfItsForm() {
        extract(Map.of("text", "Maria of Nordwind", "form", "contact"))
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.entity.name")
                .isEqualTo("Maria")
                .jsonPath("$.entity.company")
                .isEqualTo("Nordwind")
                .jsonPath("$.entity.phone")
                .isEqualTo("")
                .jsonPath("$.tokens")
                .isNumber()
                .jsonPath("$.closedByLimit")
                .doesNotExist();
    }

    @Test
    void saysFromWhereOnTheLimitWroteIt() {
        extract(Map.of("text", "Thursday", "form", "appointment", "maxTokens", 120))
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.entity.title")
                .isEqualTo("Release")
                .jsonPath("$.closedByLimit.part")
                .isEqualTo("text")
                .jsonPath("$.closedByLimit.pointer")
                .value(String.class, pointer -> assertThat(pointer).startsWith("/people"))
                .jsonPath("$.closedByLimit.characters")
                .isNumber();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isRejectedWhereTheRequestBreaksARule(String rule, Map<String, Object> request) {
        Replies.assertRejected(extract(request), rule);
    }

    static Stream<Arguments> isRejectedWhereTheRequestBreaksARule() {
        return Stream.of(
                Arguments.of("text must have 1 to 8000 characters, but has 0", Map.of("form", "contact")),
                Arguments.of("text must have 1 to 8000 characters, but has 0", Map.of("text", " ", "form", "contact")),
                Arguments.of(
                        "text must have 1 to 8000 characters, but has 8001",
                        Map.of("text", "x".repeat(8001), "form", "contact")),
                Arguments.of(
                        "form must be one of contact, appointment, product, but is poem",
                        Map.of("text", "a", "form", "poem")),
                Arguments.of("form must be one of", Map.of("text", "a")),
                Arguments.of(
                        "maxTokens must be in [1, 1024], but is 0",
                        Map.of("text", "a", "form", "contact", "maxTokens", 0)),
                Arguments.of("cannot be read at maxTokens", Map.of("text", "a", "form", "contact", "maxTokens", "9")),
                Arguments.of("max-tokens", Map.of("text", "a", "form", "contact", "maxTokens", 3)));
    }

    private WebTestClient.ResponseSpec extract(Map<String, Object> request) {
        return http.post()
                .uri("/api/extract")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(request)
                .exchange();
    }
}
