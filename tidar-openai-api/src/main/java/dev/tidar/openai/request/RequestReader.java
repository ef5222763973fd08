package dev.tidar.openai.request;

import dev.tidar.openai.error.ApiError;
import dev.tidar.openai.error.ApiException;
import dev.tidar.openai.request.CompletionRequest.Delivery;
import dev.tidar.spring.TidarChatOptions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the body of a request for a chat completion. A field that changes the answer is honoured or rejected by name;
 * one that changes nothing is ignored, as far as OpenAI's clients send it. Immutable.
 */
public final class RequestReader {

    private static final int MAX_DEPTH = 100;

    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(100)
                            .maxStringLength(Integer.MAX_VALUE) // the body is bounded
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // so that schemas keep their numbers
            .build();

    /**
     * Reads the body of a request.
     *
     * @throws ApiException with the field that cannot be served
     */
    public CompletionRequest read(byte[] body) {
        JsonFields fields = new JsonFields(parse(body), "");
        String model = fields.required("model", fields.text("model"));
        var options = TidarChatOptions.builder();
        sampling(fields, options);
        String maxTokens = limits(fields, options);
        logProbs(fields, options);
        ToolReader.read(fields, options);
        ResponseFormatReader.read(fields, options);
        thinking(fields, options);
        var request = new CompletionRequest(
                model,
                MessageReader.read(fields),
                options.build(),
                delivery(fields),
                fields.flag("parallel_tool_calls").equals(Optional.of(false)),
                maxTokens);
        OtherFields.check(fields);
        return request;
    }

    private JsonNode parse(byte[] body) {
        try {
            JsonNode root = json.readTree(body);
            return root == null ? json.missingNode() : root;
        } catch (JacksonException e) {
            throw new ApiException(ApiError.invalid(
                    Optional.empty(),
                    Optional.empty(),
                    "the body must be JSON at most %d deep without repeated keys, but is not%s"
                            .formatted(MAX_DEPTH, place(e.getLocation()))));
        }
    }

    private static String place(@Nullable TokenStreamLocation place) {
        return place == null ? "" : " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
    }

    private static void sampling(JsonFields fields, TidarChatOptions.Builder options) {
        fields.number("temperature").ifPresent(options::temperature);
        fields.number("top_p").ifPresent(options::topP);
        fields.number("presence_penalty").ifPresent(options::presencePenalty);
        fields.number("frequency_penalty").ifPresent(options::frequencyPenalty);
        fields.longInteger("seed").ifPresent(options::seed);
        logitBias(fields).ifPresent(options::logitBias);
        fields.integer("top_k").ifPresent(options::topK);
        fields.number("min_p").ifPresent(options::minP);
        fields.number("repetition_penalty").ifPresent(options::repetitionPenalty);
    }

    /** The texts and numbers that end an answer; returns the field that limits its tokens. */
    private static String limits(JsonFields fields, TidarChatOptions.Builder options) {
        Optional<Integer> present = fields.integer("max_completion_tokens");
        Optional<Integer> former = fields.integer("max_tokens");
        if (present.isPresent() && former.isPresent() && !present.equals(former)) {
            throw fields.invalid(
                    "max_tokens",
                    "must be max_completion_tokens = %d or left out, but is %d".formatted(present.get(), former.get()));
        }
        present.or(() -> former).ifPresent(options::maxTokens);
        stop(fields).ifPresent(options::stopSequences);
        fields.integer("min_tokens").ifPresent(options::minTokens);
        fields.flag("ignore_eos").ifPresent(options::ignoreEos);
        fields.list("stop_token_ids", RequestReader::tokenId).ifPresent(ids -> options.stopIds(new HashSet<>(ids)));
        return present.isPresent() ? "max_completion_tokens" : "max_tokens";
    }

    private static Optional<List<String>> stop(JsonFields fields) {
        return fields.any("stop")
                .flatMap(stop -> stop.isString()
                        ? Optional.of(List.of(stop.stringValue()))
                        : fields.list("stop", RequestReader::text));
    }

    private static String text(JsonNode node, String path) {
        if (!node.isString()) {
            throw ApiException.invalid(path, "%s must be a string, but is %s".formatted(path, JsonFields.shown(node)));
        }
        return node.stringValue();
    }

    private static Integer tokenId(JsonNode node, String path) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw ApiException.invalid(
                    path, "%s must be a token id, but is %s".formatted(path, JsonFields.shown(node)));
        }
        return node.intValue();
    }

    private static Optional<Map<Integer, Double>> logitBias(JsonFields fields) {
        return fields.anyObject("logit_bias").map(biases -> {
            Map<Integer, Double> byTokenId = new LinkedHashMap<>();
            for (var bias : biases.properties()) {
                if (!bias.getKey().matches("[0-9]{1,9}")) {
                    throw fields.invalid("logit_bias", "must have token ids as keys, but has another one");
                }
                if (!JsonFields.isNumber(bias.getValue())) {
                    throw fields.invalid(
                            "logit_bias",
                            "must have numbers as values, but has %s for token %s"
                                    .formatted(JsonFields.shown(bias.getValue()), bias.getKey()));
                }
                byTokenId.put(Integer.valueOf(bias.getKey()), bias.getValue().asDouble());
            }
            return byTokenId;
        });
    }

    private static void logProbs(JsonFields fields, TidarChatOptions.Builder options) {
        boolean asked = fields.flag("logprobs").orElse(false);
        Optional<Integer> top = fields.integer("top_logprobs");
        if (top.isPresent() && !asked) {
            throw fields.invalid("top_logprobs", "must be left out where logprobs is not true, but is " + top.get());
        }
        if (asked) {
            options.logProbs(top.orElse(0));
        }
    }

    /** Both ways in which servers of open models let a request switch thoughts on and off. */
    private static void thinking(JsonFields fields, TidarChatOptions.Builder options) {
        fields.object("chat_template_kwargs").ifPresent(switches -> {
            switches.flag("enable_thinking").ifPresent(options::thinking);
            switches.rejectOthers();
        });
        fields.text("reasoning_effort").ifPresent(effort -> {
            if (!effort.equals("none")) {
                throw fields.invalid(
                        "reasoning_effort",
                        "must be none or left out: a model thinks or does not, which chat_template_kwargs.enable_thinking sets");
            }
            options.thinking(false);
        });
    }

    private static Delivery delivery(JsonFields fields) {
        boolean stream = fields.flag("stream").orElse(false);
        Optional<JsonFields> details = fields.object("stream_options");
        if (!stream && details.isPresent()) {
            throw fields.invalid("stream_options", "must be left out where stream is not true");
        }
        boolean usage =
                details.flatMap(options -> options.flag("include_usage")).orElse(false);
        details.ifPresent(options -> {
            options.ignore("include_obfuscation");
            options.rejectOthers();
        });
        if (!stream) {
            return Delivery.WHOLE;
        }
        return usage ? Delivery.STREAM_WITH_USAGE : Delivery.STREAM;
    }
}
