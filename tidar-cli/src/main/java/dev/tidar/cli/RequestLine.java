package dev.tidar.cli;

import static dev.tidar.cli.Fields.kind;
import static dev.tidar.cli.Fields.require;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One JSON object of a file of requests. An unknown key and a value of the wrong kind are rejected. */
final class RequestLine {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final List<String> PROMPTS = List.of("chat", "prompt", "token_ids", "messages");
    private static final Set<String> KEYS = Stream.of(
                    Stream.of("id"),
                    PROMPTS.stream(),
                    RequestFlags.OPTIONS.stream().map(OptionValues::key))
            .flatMap(Function.identity())
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> MESSAGE = Set.of("role", "content");

    private final Fields fields;

    private RequestLine(JsonNode object) {
        this.fields = new Fields(object);
    }

    static RequestLine parse(String line) {
        try {
            JsonNode object = JSON.readTree(line);
            require(object.isObject(), "a request must be a JSON object, but is %s", kind(object));
            return new RequestLine(object);
        } catch (JacksonException e) {
            throw new InvalidRequestException("a request must be a JSON object: " + e.getOriginalMessage(), e);
        }
    }

    /** The request, with options that the line does not set from the defaults. A format replaces any other. */
    BatchRequest request(RequestOptions defaults) {
        fields.requireKnown(KEYS);
        JsonNode id = fields.object().path("id");
        require(
                id.isString() && !id.stringValue().isBlank() || id.isIntegralNumber(),
                "id must be a text or a whole number, but is %s",
                kind(id));
        RequestOptions options = RequestOptions.NONE;
        RequestOptions others = defaults;
        for (RequestOption<?> option : RequestFlags.OPTIONS) {
            options = OptionValues.with(options, option, fields);
            others = OptionValues.isAll(option, fields) ? others.without(option) : others;
        }
        return new BatchRequest(id, options.orDefaults(others).request(prompt()).build());
    }

    private Prompt prompt() {
        List<String> given = fields.given(PROMPTS);
        require(
                given.size() == 1,
                "a request must have exactly one of %s, but has %s",
                String.join(", ", PROMPTS),
                given.isEmpty() ? "none" : String.join(" and ", given));
        return switch (given.get(0)) {
            case "chat" ->
                new Prompt.Chat(List.of(ChatMessage.user(fields.text("chat").orElseThrow())));
            case "prompt" -> new Prompt.Text(fields.text("prompt").orElseThrow());
            case "token_ids" -> new Prompt.Tokens(fields.integers("token_ids").orElseThrow());
            default -> new Prompt.Chat(messages());
        };
    }

    private List<ChatMessage> messages() {
        JsonNode messages = fields.object().path("messages");
        require(messages.isArray() && !messages.isEmpty(), "messages must be a list of at least one message");
        return messages.valueStream().map(RequestLine::message).toList();
    }

    private static ChatMessage message(JsonNode message) {
        boolean complete =
                message.path("role").isString() && message.path("content").isString();
        require(message.isObject() && complete, "a message must be {\"role\": text, \"content\": text}");
        new Fields(message).requireKnown(MESSAGE);
        return new ChatMessage(
                message.path("role").stringValue(), message.path("content").stringValue());
    }
}
