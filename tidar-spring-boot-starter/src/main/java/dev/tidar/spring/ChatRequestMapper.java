package dev.tidar.spring;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt.Chat;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.tool.ToolCallback;

/**
 * Turns Spring AI's prompts into requests of the engine. What the engine cannot do is refused by name, never ignored.
 * Immutable.
 *
 * @param model name of the loaded model, the only one that a request may name
 */
record ChatRequestMapper(String model) {

    /** @throws InvalidRequestException naming the option or the kind of message that cannot be served */
    GenerationRequest request(List<Message> messages, TidarChatOptions options) {
        refuseUnsupported(options);
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages must hold at least one message, but are empty");
        }
        var request = GenerationRequest.builder(
                new Chat(new ConversationMapper().messages(messages), tools(options), thinking(options)));
        decoding(options).ifPresent(request::decoding);
        Integer maxTokens = options.getMaxTokens();
        if (maxTokens != null) {
            request.maxTokens(maxTokens);
        }
        Double temperature = options.getTemperature();
        if (temperature != null) {
            request.temperature(temperature);
        }
        Long seed = options.getSeed();
        if (seed != null) {
            request.seed(seed);
        }
        List<String> stopSequences = options.getStopSequences();
        if (stopSequences != null) {
            request.stopStrings(stopSequences);
        }
        Duration timeout = options.getTimeout();
        if (timeout != null) {
            request.timeout(timeout);
        }
        String cacheSalt = options.getCacheSalt();
        if (cacheSalt != null) {
            request.cacheSalt(cacheSalt);
        }
        return request.build();
    }

    /** Mode, draft length and outcomes are one choice: empty where none of them is set. */
    private static Optional<Decoding> decoding(TidarChatOptions options) {
        Integer rows = options.getDraftLength();
        if (options.getMode() == null && rows == null && options.getOutcomes() == null) {
            return Optional.empty();
        }
        return Optional.of(new Decoding(
                Objects.requireNonNullElse(options.getMode(), DecodeMode.AUTO),
                rows == null ? OptionalInt.empty() : OptionalInt.of(rows),
                Objects.requireNonNullElse(options.getOutcomes(), Set.of())));
    }

    private void refuseUnsupported(TidarChatOptions options) {
        String asked = options.getModel();
        if (asked != null && !asked.equals(model)) {
            throw new InvalidRequestException(
                    "model must be unset or the loaded model %s, but is %s".formatted(model, asked));
        }
        Integer topK = options.getTopK();
        if (topK != null && topK > 0) {
            throw unsupported("topK", "0 (off)", topK);
        }
        requireOff("topP", options.getTopP(), 1);
        requireOff("frequencyPenalty", options.getFrequencyPenalty(), 0);
        requireOff("presencePenalty", options.getPresencePenalty(), 0);
    }

    private static Tools tools(TidarChatOptions options) {
        List<ToolCallback> callbacks = Objects.requireNonNullElse(options.getToolCallbacks(), List.of());
        return new Tools(
                callbacks.stream()
                        .map(ToolCallback::getToolDefinition)
                        .map(tool -> new Tool(tool.name(), tool.description(), tool.inputSchema()))
                        .toList(),
                Objects.requireNonNullElse(options.getToolChoice(), Tools.Choice.AUTO));
    }

    private static Thinking thinking(TidarChatOptions options) {
        Boolean on = options.getThinking();
        Thinking thinking = on == null ? Thinking.DEFAULT : on ? Thinking.ON : Thinking.OFF;
        Integer budget = options.getThinkingBudget();
        return budget == null ? thinking : thinking.withBudget(budget);
    }

    private static void requireOff(String option, @Nullable Double value, double off) {
        if (value != null && value != off) {
            throw unsupported(option, off + " (off)", value);
        }
    }

    private static InvalidRequestException unsupported(String option, String off, Number value) {
        return new InvalidRequestException(
                "%s is not supported and must be unset or %s, but is %s".formatted(option, off, value));
    }
}
