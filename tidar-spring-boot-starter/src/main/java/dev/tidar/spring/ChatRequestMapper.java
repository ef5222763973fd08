package dev.tidar.spring;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt.Chat;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.content.Media;
import org.springframework.ai.content.MediaContent;
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
                new Chat(messages.stream().map(this::message).toList()));
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
        List<ToolCallback> tools = options.getToolCallbacks();
        if (tools != null && !tools.isEmpty()) {
            throw new InvalidRequestException("tool calling is not supported: remove the tools "
                    + tools.stream()
                            .map(tool -> tool.getToolDefinition().name())
                            .toList());
        }
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

    private ChatMessage message(Message message) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw new InvalidRequestException("a message must hold text only, but holds media of type "
                    + content.getMedia().stream().map(Media::getMimeType).toList());
        }
        if (message instanceof AssistantMessage assistant && assistant.hasToolCalls()) {
            throw new InvalidRequestException(
                    "tool calling is not supported: a message of the assistant holds calls of the tools "
                            + assistant.getToolCalls().stream()
                                    .map(AssistantMessage.ToolCall::name)
                                    .toList());
        }
        String text = Objects.requireNonNullElse(message.getText(), "");
        return switch (message.getMessageType()) {
            case SYSTEM -> ChatMessage.system(text);
            case USER -> ChatMessage.user(text);
            case ASSISTANT -> ChatMessage.assistant(text);
            case TOOL ->
                throw new InvalidRequestException(
                        "tool calling is not supported: messages must be of type system, user or assistant, but one is a "
                                + message.getClass().getSimpleName());
        };
    }
}
