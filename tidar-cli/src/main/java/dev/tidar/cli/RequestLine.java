package dev.tidar.cli;

import static dev.tidar.cli.Fields.kind;
import static dev.tidar.cli.Fields.require;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
    private static final List<String> FORMATS = List.of("json_schema", "regex", "choices");
    private static final Set<String> KEYS = Set.of(
            "id",
            "chat",
            "prompt",
            "token_ids",
            "messages",
            "max_tokens",
            "min_tokens",
            "temperature",
            "top_k",
            "top_p",
            "min_p",
            "typical_p",
            "repetition_penalty",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "seed",
            "stop",
            "stop_ids",
            "ignore_eos",
            "logprobs",
            "json_schema",
            "regex",
            "choices",
            "mode",
            "draft_length",
            "beta",
            "outcomes",
            "cache_salt");
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

    /** The request; what the line does not say comes from the defaults. */
    BatchRequest request(RequestSettings defaults) {
        fields.requireKnown(KEYS);
        JsonNode id = fields.object().path("id");
        require(
                id.isString() && !id.stringValue().isBlank() || id.isIntegralNumber(),
                "id must be a text or a whole number, but is %s",
                kind(id));
        GenerationRequest.Builder request = settings(defaults).request(prompt());
        fields.text("cache_salt").ifPresent(request::cacheSalt);
        return new BatchRequest(id, request.build());
    }

    private RequestSettings settings(RequestSettings defaults) {
        OptionalInt logProbs = fields.integer("logprobs");
        Optional<AnswerFormat> format = format();
        return new RequestSettings(
                fields.integer("max_tokens").orElse(defaults.maxTokens()),
                fields.integer("min_tokens").orElse(defaults.minTokens()),
                sampling().orElse(defaults.sampling()),
                logProbs.isPresent() ? logProbs : defaults.logProbs(),
                fields.texts("stop").orElse(defaults.stop()),
                fields.integers("stop_ids").map(Set::copyOf).orElse(defaults.stopIds()),
                fields.flag("ignore_eos").orElse(defaults.ignoreEos()),
                format.isPresent() ? format : defaults.format(),
                decoding(defaults.decoding()));
    }

    // the prompt

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

    // the answer

    private Sampling sampling() {
        Sampling.Builder sampling = Sampling.builder();
        fields.number("temperature").ifPresent(sampling::temperature);
        fields.integer("top_k").ifPresent(sampling::topK);
        fields.number("top_p").ifPresent(sampling::topP);
        fields.number("min_p").ifPresent(sampling::minP);
        fields.number("typical_p").ifPresent(sampling::typicalP);
        fields.number("repetition_penalty").ifPresent(sampling::repetitionPenalty);
        fields.number("presence_penalty").ifPresent(sampling::presencePenalty);
        fields.number("frequency_penalty").ifPresent(sampling::frequencyPenalty);
        fields.wholeNumber("seed").ifPresent(sampling::seed);
        fields.value("logit_bias", RequestLine::isBias, "an object of numbers by token id")
                .map(RequestLine::bias)
                .ifPresent(sampling::logitBias);
        return sampling.build();
    }

    private static boolean isBias(JsonNode node) {
        return node.isObject()
                && node.valueStream().allMatch(JsonNode::isNumber)
                && node.propertyNames().stream().allMatch(id -> id.matches("\\d{1,9}"));
    }

    private static Map<Integer, Double> bias(JsonNode byId) {
        return byId.propertyStream()
                .collect(Collectors.toMap(
                        bias -> Integer.parseInt(bias.getKey()),
                        bias -> bias.getValue().doubleValue(),
                        (first, second) -> second));
    }

    private Optional<AnswerFormat> format() {
        List<String> given = fields.given(FORMATS);
        require(given.size() <= 1, "an answer keeps to one format, but there are %s", String.join(" and ", given));
        if (given.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (given.get(0)) {
                    case "json_schema" ->
                        new AnswerFormat.JsonSchema(fields.value("json_schema", JsonNode::isObject, "an object")
                                .orElseThrow()
                                .toString());
                    case "regex" -> new AnswerFormat.Regex(fields.text("regex").orElseThrow());
                    default -> new AnswerFormat.Choices(fields.texts("choices").orElseThrow());
                });
    }

    private Decoding decoding(Decoding defaults) {
        OptionalInt draftLength = fields.integer("draft_length");
        return new Decoding(
                fields.text("mode").map(RequestLine::mode).orElse(defaults.mode()),
                draftLength.isPresent() ? draftLength : defaults.draftLength(),
                outcomes().orElse(defaults.outcomes()),
                fields.number("beta").orElse(defaults.beta()));
    }

    private static DecodeMode mode(String text) {
        try {
            return new Choices.Mode().convert(text);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException("mode " + e.getMessage(), e);
        }
    }

    /** {@code "all"}, or a list of kept counts. */
    private Optional<Set<Integer>> outcomes() {
        JsonNode outcomes = fields.object().path("outcomes");
        boolean all = outcomes.isString() && outcomes.stringValue().equals("all");
        return all ? Optional.of(Set.of()) : fields.integers("outcomes").map(Set::copyOf);
    }
}
