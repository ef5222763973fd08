package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.spring.TidarChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The bodies in {@code requests/good.jsonl} and {@code requests/bad.jsonl}, answered by a real model. */
@DisplayName("A request body")
class RequestCorpusTest {

    private final ChatCompletions completions = new ChatCompletions(
            new ServedModels(List.of(new ServedModel(new TidarChatModel(TestEngines.stories()), Instant.EPOCH))),
            RequestRate.UNLIMITED,
            Clock.systemUTC());

    static Stream<Arguments> good() {
        return corpus("good").map(line -> Arguments.of(line.get("why").stringValue(), body(line)));
    }

    static Stream<Arguments> bad() {
        return corpus("bad")
                .map(line -> Arguments.of(line.get("message").stringValue(), line.path("param"), body(line)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void isAnswered(String why, String body) {
        Reply reply = answer(body);

        assertThat(reply).asString().contains("chat.completion");
        assertThat(reply.status()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void isRejectedByNameAndRule(String message, JsonNode param, String body) {
        Reply reply = answer(body);

        assertThat(reply.status()).isEqualTo(400);
        JsonNode error = TestApi.json(((Reply.Whole) reply).json()).get("error");
        assertThat(error.get("message").stringValue()).startsWith(message);
        assertThat(error.get("param").asString("")).isEqualTo(param.asString(""));
        assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
    }

    private Reply answer(String body) {
        return completions.answer(body.getBytes(StandardCharsets.UTF_8), "").block();
    }

    /** The body of a line: as text if it is no JSON on purpose, else with model and messages where it has none. */
    private static String body(JsonNode line) {
        if (line.has("text")) {
            return line.get("text").stringValue();
        }
        String options = line.get("body").toString();
        String begin = line.get("body").has("model") ? "{" : "{\"model\": \"stories260k-tidar\", ";
        if (!line.get("body").has("messages")) {
            begin += "\"messages\": [{\"role\": \"user\", \"content\": \"Once upon a time\"}], ";
        }
        if (!line.get("body").has("max_tokens") && !line.get("body").has("max_completion_tokens")) {
            begin += "\"max_tokens\": 4, ";
        }
        return (begin + options.substring(1)).replaceFirst(", }$", "}");
    }

    private static Stream<JsonNode> corpus(String name) {
        try (InputStream in = RequestCorpusTest.class.getResourceAsStream("/requests/" + name + ".jsonl")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(TestApi::json).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
