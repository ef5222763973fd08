package dev.tidar.spring;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.AnswerFormat.Choices;
import dev.tidar.api.AnswerFormat.JsonSchema;
import dev.tidar.api.AnswerFormat.Regex;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt.Chat;
import dev.tidar.api.Sampling;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
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
        request.sampling(sampling(options));
        ifSet(options.getMaxTokens(), request::maxTokens);
        ifSet(options.getMinTokens(), request::minTokens);
        ifSet(options.getStopSequences(), request::stopStrings);
        ifSet(options.getStopIds(), request::stopIds);
        ifSet(options.getIgnoreEos(), request::ignoreStopIds);
        ifSet(options.getLogProbs(), request::logProbs);
        format(options).ifPresent(request::format);
        decoding(options).ifPresent(request::decoding);
        ifSet(options.getTimeout(), request::timeout);
        ifSet(options.getCacheSalt(), request::cacheSalt);
        return request.build();
    }

    private static Sampling sampling(TidarChatOptions options) {
        Sampling.Builder sampling = Sampling.builder();
        ifSet(options.getTemperature(), sampling::temperature);
        ifSet(options.getTopK(), sampling::topK);
        ifSet(options.getTopP(), sampling::topP);
        ifSet(options.getMinP(), sampling::minP);
        ifSet(options.getTypicalP(), sampling::typicalP);
        ifSet(options.getRepetitionPenalty(), sampling::repetitionPenalty);
        ifSet(options.getPresencePenalty(), sampling::presencePenalty);
        ifSet(options.getFrequencyPenalty(), sampling::frequencyPenalty);
        ifSet(options.getLogitBias(), sampling::logitBias);
        ifSet(options.getSeed(), sampling::seed);
        return sampling.build();
    }

    private static Optional<AnswerFormat> format(TidarChatOptions options) {
        Map<String, AnswerFormat> asked = new LinkedHashMap<>();
        ifSet(options.getOutputSchema(), schema -> asked.put("outputSchema", new JsonSchema(schema)));
        ifSet(options.getRegex(), expression -> asked.put("regex", new Regex(expression)));
        ifSet(options.getChoices(), texts -> asked.put("choices", new Choices(texts)));
        if (asked.size() > 1) {
            throw new InvalidRequestException(
                    "an answer keeps to one format, but there are " + String.join(" and ", asked.keySet()));
        }
        return asked.values().stream().findFirst();
    }

    private static <T> void ifSet(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /** Mode, draft length, outcomes and beta are one choice: empty where none of them is set. */
    private static Optional<Decoding> decoding(TidarChatOptions options) {
        Integer rows = options.getDraftLength();
        Double beta = options.getBeta();
        if (options.getMode() == null && rows == null && options.getOutcomes() == null && beta == null) {
            return Optional.empty();
        }
        return Optional.of(new Decoding(
                Objects.requireNonNullElse(options.getMode(), DecodeMode.AUTO),
                rows == null ? OptionalInt.empty() : OptionalInt.of(rows),
                Objects.requireNonNullElse(options.getOutcomes(), Set.of()),
                Objects.requireNonNullElse(beta, 1.0)));
    }

    private void refuseUnsupported(TidarChatOptions options) {
        String asked = options.getModel();
        if (asked != null && !asked.equals(model)) {
            throw new InvalidRequestException(
                    "model must be unset or the loaded model %s, but is %s".formatted(model, asked));
        }
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
}
