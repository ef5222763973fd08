package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the API does over real HTTP, whichever web stack it is on. */
abstract class ApiContract {

    private static final String DONE = "[DONE]";

    private static final String TOOLS = """
            , "tools": [{"type": "function", "function": {"name": "weather", "description": "The weather in a city",
              "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]""";

    private final TestApi api;

    ApiContract(TestApi api) {
        this.api = api;
    }

    @Test
    void answersInOnePiece() {
        HttpResponse<String> response = api.complete(TestApi.stories(", \"max_tokens\": 12, \"seed\": 7"));
        JsonNode answer = TestApi.json(response);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.get("id").stringValue()).startsWith("chatcmpl-");
        assertThat(answer.get("object").stringValue()).isEqualTo("chat.completion");
        assertThat(answer.get("model").stringValue()).isEqualTo(TestEngines.STORIES);
        assertThat(answer.get("system_fingerprint").stringValue()).matches("fp_[0-9a-f]{10}");
        assertThat(answer.at("/choices/0/message/role").stringValue()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/message/content").stringValue()).isNotBlank();
        assertThat(answer.at("/choices/0/message/refusal").isNull()).isTrue();
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
        assertThat(answer.at("/choices/0/logprobs").isNull()).isTrue();
    }

    @Test
    void countsTokensTheCachedOnesAmongThem() {
        String longPrompt = TestApi.stories(", \"max_tokens\": 4")
                .replace(
                        "Once upon a time",
                        "Once upon a time there was a little girl who had a big red ball. ".repeat(4));
        JsonNode first = TestApi.json(api.complete(longPrompt)).get("usage");
        JsonNode second = TestApi.json(api.complete(longPrompt)).get("usage");

        assertThat(first.get("completion_tokens").intValue()).isEqualTo(4);
        assertThat(first.get("total_tokens").intValue())
                .isEqualTo(first.get("prompt_tokens").intValue() + 4);
        assertThat(second.at("/prompt_tokens_details/cached_tokens").intValue())
                .isPositive()
                .isLessThan(second.get("prompt_tokens").intValue());
    }

    @Test
    void streamsWhatItWouldAnswerInOnePiece() {
        String options =
                ", \"max_tokens\": 24, \"temperature\": 0.8, \"seed\": 3, \"logprobs\": true, \"top_logprobs\": 2";
        JsonNode whole = TestApi.json(api.complete(TestApi.stories(options)));
        HttpResponse<String> response = api.complete(TestApi.stories(options + ", \"stream\": true"));
        List<String> events = TestApi.data(response.body());
        List<JsonNode> chunks =
                events.subList(0, events.size() - 1).stream().map(TestApi::json).toList();

        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(events).endsWith(DONE).hasSizeGreaterThan(4);
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.get("object").stringValue()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.get("id")).isEqualTo(chunks.get(0).get("id"));
            assertThat(chunk.has("usage")).isFalse();
        });
        assertThat(chunks.get(0).at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
        assertThat(contentOf(chunks))
                .isEqualTo(whole.at("/choices/0/message/content").stringValue());
        assertThat(chunks.stream()
                        .flatMap(chunk -> elements(chunk.at("/choices/0/logprobs/content")))
                        .toList())
                .isEqualTo(elements(whole.at("/choices/0/logprobs/content")).toList());
        assertThat(chunks.get(chunks.size() - 1).at("/choices/0/finish_reason"))
                .isEqualTo(whole.at("/choices/0/finish_reason"));
    }

    @Test
    void endsAStreamWithItsUsageWhereThatIsAskedFor() {
        String options = ", \"max_tokens\": 5";
        JsonNode whole = TestApi.json(api.complete(TestApi.stories(options)));
        List<String> events = api.events(
                TestApi.stories(options + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
        JsonNode last = TestApi.json(events.get(events.size() - 2));

        assertThat(events).endsWith(DONE);
        assertThat(last.get("choices")).isEmpty();
        assertThat(last.at("/usage/completion_tokens")).isEqualTo(whole.at("/usage/completion_tokens"));
        assertThat(last.at("/usage/prompt_tokens")).isEqualTo(whole.at("/usage/prompt_tokens"));
        assertThat(events.subList(0, events.size() - 2))
                .allSatisfy(event ->
                        assertThat(TestApi.json(event).get("usage").isNull()).isTrue());
    }

    @Test
    void handsToolCallsOverAndTakesTheirResults() {
        String question = "{\"role\": \"user\", \"content\": \"What is the weather in Tokyo and in Paris?\"}";
        JsonNode called = TestApi.json(api.complete(weather(question, TOOLS)));
        JsonNode calls = called.at("/choices/0/message/tool_calls");

        assertThat(called.at("/choices/0/finish_reason").stringValue()).isEqualTo("tool_calls");
        assertThat(called.at("/choices/0/message/content").isNull()).isTrue();
        assertThat(elements(calls)
                        .map(call -> call.at("/function/name").stringValue()
                                + call.at("/function/arguments").stringValue()))
                .containsExactly("weather{\"city\":\"Tokyo\"}", "weather{\"city\":\"Paris\"}");

        String results = elements(calls)
                .map(call ->
                        "{\"role\": \"tool\", \"tool_call_id\": %s, \"content\": \"sun\"}".formatted(call.get("id")))
                .collect(Collectors.joining(", "));
        JsonNode told = TestApi.json(api.complete(
                weather("%s, %s, %s".formatted(question, called.at("/choices/0/message"), results), TOOLS)));

        assertThat(told.at("/choices/0/message/content").stringValue()).isEqualTo("I heard: sun; sun");
        assertThat(told.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
    }

    @Test
    void streamsToolCallsWithTheirPlaces() {
        List<JsonNode> chunks = api
                .events(weather(
                        "{\"role\": \"user\", \"content\": \"What is the weather in Tokyo and in Paris?\"}",
                        TOOLS + ", \"stream\": true"))
                .stream()
                .filter(event -> !event.equals(DONE))
                .map(TestApi::json)
                .toList();

        assertThat(chunks.stream().flatMap(chunk -> elements(chunk.at("/choices/0/delta/tool_calls"))))
                .extracting(call -> call.get("index").intValue()
                        + call.at("/function/arguments").stringValue())
                .containsExactly("0{\"city\":\"Tokyo\"}", "1{\"city\":\"Paris\"}");
        assertThat(chunks.get(chunks.size() - 1).at("/choices/0/finish_reason").stringValue())
                .isEqualTo("tool_calls");
    }

    @Test
    void keepsToASchema() {
        JsonNode answer = TestApi.json(api.complete(TestApi.stories("""
                , "max_completion_tokens": 40, "response_format": {"type": "json_schema", "json_schema": {
                  "name": "verdict", "strict": true, "schema": {"type": "object", "properties": {
                    "kind": {"enum": ["cat", "dog"]}, "old": {"type": "boolean"}},
                    "required": ["kind", "old"], "additionalProperties": false}}}""")));
        JsonNode value = TestApi.json(answer.at("/choices/0/message/content").stringValue());

        assertThat(value.get("kind").stringValue()).isIn("cat", "dog");
        assertThat(value.get("old").isBoolean()).isTrue();
    }

    @Test
    void reportsLogProbabilitiesWithTheBytesOfTokens() {
        JsonNode answer = TestApi.json(
                api.complete(TestApi.stories(", \"max_tokens\": 6, \"logprobs\": true, \"top_logprobs\": 3")));
        List<JsonNode> tokens =
                elements(answer.at("/choices/0/logprobs/content")).toList();

        assertThat(tokens).hasSize(6).allSatisfy(token -> {
            assertThat(token.get("logprob").doubleValue()).isNotPositive();
            assertThat(token.get("top_logprobs")).hasSize(3);
            assertThat(token.at("/top_logprobs/0/token")).isEqualTo(token.get("token")); // greedy
        });
        assertThat(tokens.stream()
                        .map(token -> token.get("token").stringValue())
                        .collect(Collectors.joining()))
                .isEqualTo(answer.at("/choices/0/message/content").stringValue());
        assertThat(elements(tokens.get(0).get("bytes")).map(JsonNode::intValue).toList())
                .isEqualTo(
                        tokens.get(0).get("token").stringValue().chars().boxed().toList()); // ASCII
    }

    @Test
    void listsItsModels() {
        JsonNode list = TestApi.json(api.get("/v1/models"));

        assertThat(list.get("object").stringValue()).isEqualTo("list");
        assertThat(elements(list.get("data")).map(model -> model.get("id").stringValue()))
                .containsExactlyInAnyOrder(TestEngines.STORIES, TestEngines.WEATHER);
        JsonNode one = TestApi.json(api.get("/v1/models/" + TestEngines.STORIES));
        assertThat(one.get("object").stringValue()).isEqualTo("model");
        assertThat(one.get("created").longValue()).isPositive();
        assertThat(one.get("owned_by").stringValue()).isEqualTo("tidar");
    }

    @Test
    void hasNoModelOfAnotherName() {
        HttpResponse<String> looked = api.get("/v1/models/gpt-4o");
        HttpResponse<String> asked = api.complete("""
                {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}""");

        assertThat(looked.statusCode()).isEqualTo(404);
        assertThat(asked.statusCode()).isEqualTo(404);
        assertThat(TestApi.json(asked).get("error"))
                .isEqualTo(TestApi.json(looked).get("error"));
        assertError(asked, "invalid_request_error", "model", "model_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"stream\": true"})
    void rejectsByStatusWhetherItStreamsOrNot(String stream) {
        HttpResponse<String> response = api.complete(TestApi.stories(", \"temperature\": -1" + stream));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertError(response, "invalid_request_error", "temperature", null);
    }

    @Test
    void rejectsAPromptThatCannotFit() {
        HttpResponse<String> response =
                api.complete(TestApi.stories("").replace("Once upon a time", "Once upon a time ".repeat(300)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertError(response, "invalid_request_error", "messages", "context_length_exceeded");
    }

    @Test
    void rejectsABodyThatIsTooLarge() {
        HttpResponse<String> response = api.complete(TestApi.stories(" ".repeat(2 << 20)));

        assertThat(response.statusCode()).isEqualTo(413);
        assertError(response, "invalid_request_error", null, "request_too_large");
    }

    @Test
    void rejectsABodyThatIsNotSentAsJson() {
        HttpResponse<String> response = api.send(api.request("/v1/chat/completions")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(TestApi.stories(""))));

        assertThat(response.statusCode()).isEqualTo(415);
        assertError(response, "invalid_request_error", null, "unsupported_media_type");
    }

    @Test
    void rejectsAnotherMethodAndWhatItDoesNotServe() {
        assertThat(api.get("/v1/chat/completions").statusCode()).isEqualTo(405);
        assertError(api.get("/v1/chat/completions"), "invalid_request_error", null, "method_not_allowed");
        assertThat(api.post("/v1/responses", "{}").statusCode()).isEqualTo(404);
        assertError(api.post("/v1/responses", "{}"), "invalid_request_error", null, "unknown_url");
    }

    @Test
    void stopsTheEngineWhenTheClientLeavesAStream() {
        long before = TestEngines.stories().status().totals().cancelled();

        // the little model may have told its story before the server learns that nobody listens
        await().until(() -> {
            leaveAStream();
            return TestEngines.stories().status().totals().cancelled() > before;
        });
    }

    private void leaveAStream() throws IOException, InterruptedException {
        try (InputStream answer = api.open(TestApi.stories("""
                , "stream": true, "ignore_eos": true, "max_tokens": 490"""))) {
            assertThat(answer.read()).isEqualTo('d');
        }
    }

    private static void assertError(HttpResponse<String> response, String type, String param, String code) {
        JsonNode error = TestApi.json(response).get("error");
        assertThat(error.get("message").stringValue()).isNotBlank();
        assertThat(error.get("type").stringValue()).isEqualTo(type);
        assertThat(error.get("param").asString(null)).isEqualTo(param);
        assertThat(error.get("code").asString(null)).isEqualTo(code);
    }

    private static String weather(String messages, String options) {
        return "{\"model\": \"%s\", \"messages\": [%s], \"max_tokens\": 500%s}"
                .formatted(TestEngines.WEATHER, messages, options);
    }

    private static String contentOf(List<JsonNode> chunks) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/content").asString(""))
                .collect(Collectors.joining());
    }

    private static java.util.stream.Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
