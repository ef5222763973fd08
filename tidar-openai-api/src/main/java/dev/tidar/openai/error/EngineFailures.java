package dev.tidar.openai.error;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.HubException;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.RequestOption;
import dev.tidar.api.TidarException;
import dev.tidar.api.ToolCallAtLimitException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translates failures of the engine to errors of the API: the status, the field at fault, and the names of the options
 * in the message.
 *
 * @param maxTokens the field in which this request limits its tokens
 * @param loading whether the model is still being loaded
 */
public record EngineFailures(String maxTokens, BooleanSupplier loading) {

    private static final Logger log = LoggerFactory.getLogger(EngineFailures.class);

    private static final String RESPONSE_FORMAT = "response_format";

    /** What the message of an engine begins with that no longer serves; the reason follows. */
    private static final String DEAD = "the engine is dead";

    /** The fields at fault, by what the engine's messages begin with. */
    private static final Map<String, String> FIELDS = fields();

    private static Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        RequestOption.ALL.forEach(option -> fields.put(option.name() + " ", field(option)));
        List.of(
                        "the prompt ",
                        "messages ",
                        "message ",
                        "a message ",
                        "a conversation ",
                        "a tool result ",
                        "the tool result ",
                        "the id of a tool call ",
                        "tool calls ",
                        "the tool name of a call ",
                        "the arguments of a call ",
                        "the role of message ",
                        "The chat template ")
                .forEach(begin -> fields.put(begin, "messages"));
        List.of("tools ", "a tool name ", "the parameters of tool ").forEach(begin -> fields.put(begin, "tools"));
        List.of("schema ", "an answer format ").forEach(begin -> fields.put(begin, RESPONSE_FORMAT));
        fields.put("thinking ", field(RequestOption.THINKING));
        return Collections.unmodifiableMap(fields);
    }

    /** The names of options that the API has others for, as whole words, and what it calls them. */
    private static final Map<Pattern, String> NAMES = RequestOption.ALL.stream()
            .filter(option -> option.name().indexOf('-') > 0 && option != RequestOption.TOOL_CALL_AT_LIMIT)
            .collect(Collectors.toMap(
                    option -> Pattern.compile("(?<![\\w-])%s(?![\\w-])".formatted(option.name())),
                    EngineFailures::field));

    /**
     * The error that a client is told. What nobody expected is logged and says nothing, and so is what names files and
     * settings of the server.
     */
    public ApiError error(Throwable failure) {
        if (failure instanceof ApiException known) {
            return known.error();
        }
        if (failure instanceof InvalidRequestException rejected) {
            return rejected(rejected);
        }
        if (failure instanceof ToolCallAtLimitException cut) {
            return ApiError.invalid(Optional.of(maxTokens), Optional.of("tool_call_at_limit"), message(cut));
        }
        if (failure instanceof EngineBusyException busy) {
            return loading.getAsBoolean()
                    ? ApiError.unavailable("model_loading", message(busy), busy.retryAfter())
                    : ApiError.tooMany("engine_busy", message(busy), busy.retryAfter());
        }
        if (failure instanceof EngineClosedException closed) {
            return ApiError.unavailable("engine_closed", closedMessage(closed), closed.retryAfter());
        }
        if (failure instanceof InvalidModelException || failure instanceof HubException) {
            log.error("The model of a chat completion could not be loaded", failure);
            return ApiError.failed("the model could not be loaded, and the server's log says why");
        }
        if (failure instanceof DeviceException) {
            log.error("The device of a chat completion failed", failure);
            return ApiError.failed("the device failed or cannot be used, and the server's log says why");
        }
        if (failure instanceof TidarException failed) {
            return ApiError.failed(message(failed));
        }
        return unexpected(failure);
    }

    /** The error for what nobody expected, which is logged. */
    public static ApiError unexpected(Throwable failure) {
        log.error("A chat completion failed", failure);
        return ApiError.failed("the server failed, and its log says why");
    }

    /** Without why an engine is dead, which the engine has logged or its loading has. */
    private String closedMessage(EngineClosedException failure) {
        String message = message(failure);
        return message.startsWith(DEAD) ? DEAD : message;
    }

    private ApiError rejected(InvalidRequestException failure) {
        String raw = String.valueOf(failure.getMessage());
        Optional<String> param = FIELDS.entrySet().stream()
                .filter(field -> raw.startsWith(field.getKey()))
                .map(field -> wire(field.getValue()))
                .findFirst();
        boolean tooLong = raw.startsWith("the prompt ");
        return ApiError.invalid(
                param, tooLong ? Optional.of("context_length_exceeded") : Optional.empty(), message(failure));
    }

    /** The message of a failure, with the names of options as the API has them. */
    private String message(TidarException failure) {
        String message = String.valueOf(failure.getMessage())
                .replaceFirst("^%s ".formatted(RequestOption.LOG_PROBS), field(RequestOption.LOG_PROBS) + " ");
        for (Map.Entry<Pattern, String> name : NAMES.entrySet()) {
            message = name.getKey().matcher(message).replaceAll(wire(name.getValue()));
        }
        return message;
    }

    private String wire(String field) {
        return field.replaceFirst("^max_tokens", maxTokens);
    }

    /** The field of a request that sets an option. */
    private static String field(RequestOption<?> option) {
        if (option == RequestOption.JSON_SCHEMA || option == RequestOption.REGEX || option == RequestOption.CHOICES) {
            return RESPONSE_FORMAT;
        }
        if (option == RequestOption.LOG_PROBS) {
            return "top_logprobs";
        }
        if (option == RequestOption.STOP_IDS) {
            return "stop_token_ids";
        }
        if (option == RequestOption.THINKING || option == RequestOption.THINKING_BUDGET) {
            return "chat_template_kwargs";
        }
        return option.name().replace('-', '_');
    }
}
