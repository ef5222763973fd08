package dev.tidar.routing.remote;

import static java.util.Map.entry;

import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.api.Tools;
import dev.tidar.routing.RoutedRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.ai.openai.OpenAiChatModel.ResponseFormat;
import org.springframework.ai.openai.OpenAiChatOptions;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Translates the options of a request. One that would change the answer and that the server does not know is not left
 * out: the server cannot honour it then. Layouts, which change only the speed, are its own.
 *
 * @param model name of the model there
 * @param dialect which fields the server knows
 */
record RemoteOptions(String model, Dialect dialect) {

    private static final Set<RequestOption<?>> SPEED_ONLY =
            Set.of(RequestOption.MODE, RequestOption.DRAFT_LENGTH, RequestOption.OUTCOMES, RequestOption.GROUPS);

    private static final Set<RequestOption<?>> OF_OPENAI = Set.of(
            RequestOption.TEMPERATURE,
            RequestOption.TOP_P,
            RequestOption.PRESENCE_PENALTY,
            RequestOption.FREQUENCY_PENALTY,
            RequestOption.LOGIT_BIAS,
            RequestOption.SEED,
            RequestOption.MAX_TOKENS,
            RequestOption.STOP,
            RequestOption.JSON_SCHEMA,
            RequestOption.TOOL_CHOICE,
            RequestOption.TIMEOUT); // kept here, and not by the server

    /** Fields in the words of vLLM, which the API of TiDAR shares. */
    private static final Map<RequestOption<?>, String> OF_OPEN_MODELS = Map.ofEntries(
            entry(RequestOption.TOP_K, "top_k"),
            entry(RequestOption.MIN_P, "min_p"),
            entry(RequestOption.REPETITION_PENALTY, "repetition_penalty"),
            entry(RequestOption.MIN_TOKENS, "min_tokens"),
            entry(RequestOption.STOP_IDS, "stop_token_ids"),
            entry(RequestOption.IGNORE_EOS, "ignore_eos"));

    /** The name of an option that the server cannot honour; empty if it honours all. */
    Optional<String> cannotHonour(RequestOptions options) {
        return RequestOption.ALL.stream()
                .filter(option -> options.get(option).isPresent())
                .filter(option -> !isHonoured(option))
                .map(RequestOption::name)
                .findFirst();
    }

    private boolean isHonoured(RequestOption<?> option) {
        boolean everywhere = SPEED_ONLY.contains(option) || OF_OPENAI.contains(option);
        boolean byOpenModels = OF_OPEN_MODELS.containsKey(option) || option == RequestOption.THINKING;
        return everywhere
                || byOpenModels && dialect != Dialect.OPENAI
                || option == RequestOption.CACHE_SALT && dialect == Dialect.VLLM;
    }

    /**
     * The options of a request as Spring AI's client sends them.
     *
     * @param requestId names the request
     */
    OpenAiChatOptions of(RoutedRequest request, String requestId) {
        RequestOptions options = request.requestOptions();
        OpenAiChatOptions.Builder sent = OpenAiChatOptions.builder();
        sent.model(model);
        sent.temperature(options.get(RequestOption.TEMPERATURE).orElse(null));
        sent.topP(options.get(RequestOption.TOP_P).orElse(null));
        sent.presencePenalty(options.get(RequestOption.PRESENCE_PENALTY).orElse(null));
        sent.frequencyPenalty(options.get(RequestOption.FREQUENCY_PENALTY).orElse(null));
        sent.maxTokens(options.get(RequestOption.MAX_TOKENS).orElse(null));
        sent.stop(options.get(RequestOption.STOP).orElse(null));
        sent.toolCallbacks(request.options().getToolCallbacks());
        sent.toolContext(request.options().getToolContext());
        options.get(RequestOption.JSON_SCHEMA)
                .ifPresent(schema -> sent.responseFormat(ResponseFormat.builder()
                        .type(ResponseFormat.Type.JSON_SCHEMA)
                        .jsonSchema(schema)
                        .build()));
        options.get(RequestOption.TOOL_CHOICE).ifPresent(choice -> sent.toolChoice(choice(choice)));
        sent.customHeaders(Map.of(NodeHttpClient.REQUEST_ID, requestId));
        sent.extraBody(body(options));
        return sent.build();
    }

    /** As Spring AI's client reads it. */
    private static String choice(Tools.Choice choice) {
        return switch (choice.mode()) {
            case AUTO -> "auto";
            case NONE -> "none";
            case REQUIRED -> "required";
            case ONE -> {
                ObjectNode json = JsonMapper.shared().createObjectNode();
                json.put("type", "function");
                json.putObject("function").put("name", choice.tool().orElseThrow());
                yield json.toString();
            }
        };
    }

    /** What Spring AI's options have no place for, or a narrower type. */
    private static Map<String, Object> body(RequestOptions options) {
        Map<String, Object> body = new HashMap<>();
        OF_OPEN_MODELS.forEach((option, field) -> options.get(option).ifPresent(value -> body.put(field, value)));
        options.get(RequestOption.SEED).ifPresent(seed -> body.put("seed", seed));
        options.get(RequestOption.LOGIT_BIAS).ifPresent(bias -> body.put("logit_bias", bias));
        options.get(RequestOption.THINKING)
                .ifPresent(on -> body.put("chat_template_kwargs", Map.of("enable_thinking", on)));
        options.get(RequestOption.CACHE_SALT).ifPresent(salt -> body.put("cache_salt", salt));
        return body;
    }
}
