package dev.tidar.cli;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One JSON object of a file of requests. Every key that is there is understood, and has a value of its kind. */
final class RequestLine {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final List<String> PROMPTS = List.of("chat", "prompt", "token_ids", "messages");
    private static final Set<String> KEYS = Set.of(
            "id",
            "chat",
            "prompt",
            "token_ids",
            "messages",
            "max_tokens",
            "temperature",
            "seed",
            "ignore_eos",
            "mode",
            "draft_length",
            "outcomes",
            "cache_salt");
    private static final Set<String> MESSAGE = Set.of("role", "content");

    private final JsonNode object;

    private RequestLine(JsonNode object) {
        this.object = object;
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

    /** The request; what the line does not say comes from the defaults. */
    BatchRequest request(RequestSettings defaults) {
        requireKnown(object, KEYS);
        JsonNode id = object.path("id");
        require(
                id.isString() && !id.stringValue().isBlank() || id.isIntegralNumber(),
                "id must be a text or a whole number, but is %s",
                kind(id));
        GenerationRequest.Builder request = settings(defaults).request(prompt());
        text("cache_salt").ifPresent(request::cacheSalt);
        return new BatchRequest(id, request.build());
    }

    private RequestSettings settings(RequestSettings defaults) {
        OptionalInt draftLength = integer("draft_length");
        OptionalLong seed = value("seed", RequestLine::isLong, "a whole number of 64 bits")
                .map(node -> OptionalLong.of(node.longValue()))
                .orElse(defaults.seed());
        return new RequestSettings(
                integer("max_tokens").orElse(defaults.maxTokens()),
                value("temperature", JsonNode::isNumber, "a number")
                        .map(JsonNode::doubleValue)
                        .orElse(defaults.temperature()),
                seed,
                value("ignore_eos", JsonNode::isBoolean, "true or false")
                        .map(JsonNode::booleanValue)
                        .orElse(defaults.ignoreEos()),
                text("mode").map(RequestLine::mode).orElse(defaults.mode()),
                draftLength.isPresent() ? draftLength : defaults.draftLength(),
                outcomes().orElse(defaults.outcomes()));
    }

    // the prompt

    private Prompt prompt() {
        List<String> given = PROMPTS.stream().filter(object::has).toList();
        require(
                given.size() == 1,
                "a request must have exactly one of %s, but has %s",
                String.join(", ", PROMPTS),
                given.isEmpty() ? "none" : String.join(" and ", given));
        return switch (given.get(0)) {
            case "chat" -> new Prompt.Chat(List.of(ChatMessage.user(text("chat").orElseThrow())));
            case "prompt" -> new Prompt.Text(text("prompt").orElseThrow());
            case "token_ids" -> new Prompt.Tokens(integers("token_ids"));
            default -> new Prompt.Chat(messages());
        };
    }

    private List<ChatMessage> messages() {
        JsonNode messages = object.path("messages");
        require(messages.isArray() && !messages.isEmpty(), "messages must be a list of at least one message");
        return messages.valueStream().map(RequestLine::message).toList();
    }

    private static ChatMessage message(JsonNode message) {
        boolean complete =
                message.path("role").isString() && message.path("content").isString();
        require(message.isObject() && complete, "a message must be {\"role\": text, \"content\": text}");
        requireKnown(message, MESSAGE);
        return new ChatMessage(
                message.path("role").stringValue(), message.path("content").stringValue());
    }

    // values

    private static DecodeMode mode(String text) {
        try {
            return new Choices.Mode().convert(text);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException("mode " + e.getMessage(), e);
        }
    }

    /** {@code "all"}, or a list of kept counts. */
    private Optional<Set<Integer>> outcomes() {
        JsonNode outcomes = object.path("outcomes");
        if (outcomes.isMissingNode()) {
            return Optional.empty();
        }
        boolean all = outcomes.isString() && outcomes.stringValue().equals("all");
        return Optional.of(all ? Set.of() : new TreeSet<>(integers("outcomes")));
    }

    private List<Integer> integers(String key) {
        JsonNode array = object.path(key);
        require(
                array.isArray() && !array.isEmpty() && array.valueStream().allMatch(JsonNode::isInt),
                "%s must be a list of at least one whole number of 32 bits",
                key);
        return array.valueStream().map(JsonNode::intValue).toList();
    }

    private static boolean isLong(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong();
    }

    private OptionalInt integer(String key) {
        return value(key, JsonNode::isInt, "a whole number of 32 bits")
                .map(node -> OptionalInt.of(node.intValue()))
                .orElseGet(OptionalInt::empty);
    }

    private Optional<String> text(String key) {
        return value(key, JsonNode::isString, "a text").map(JsonNode::stringValue);
    }

    private Optional<JsonNode> value(String key, Predicate<JsonNode> fits, String rule) {
        JsonNode value = object.path(key);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(fits.test(value), "%s must be %s, but is %s", key, rule, kind(value));
        return Optional.of(value);
    }

    // refusals

    private static void requireKnown(JsonNode object, Set<String> names) {
        List<String> unknown =
                object.propertyNames().stream().filter(n -> !names.contains(n)).toList();
        require(unknown.isEmpty(), "unknown key '%s'; known are %s", String.join("', '", unknown), sorted(names));
    }

    private static String sorted(Set<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    /** What a value is, without its text, which may be a prompt. */
    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER, BOOLEAN, NULL -> value.toString();
            case STRING -> "a text";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "missing";
        };
    }

    private static void require(boolean rule, String message, Object... values) {
        if (!rule) {
            throw new InvalidRequestException(message.formatted(values));
        }
    }
}
