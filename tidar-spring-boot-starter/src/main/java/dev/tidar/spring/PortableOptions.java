package dev.tidar.spring;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;

/** The options that those of all chat models share, copied from any of them. */
final class PortableOptions {

    private PortableOptions() {}

    /** A builder with the options that Spring AI has of its own, and with a format. */
    static TidarChatOptions.Builder copyOf(ChatOptions options) {
        TidarChatOptions.Builder copy = of(options, options);
        return options instanceof StructuredOutputChatOptions format
                ? copy.outputSchema(format.getOutputSchema())
                : copy;
    }

    /** A builder with Spring AI's own fields of these options, or of the others where they are unset here. */
    static TidarChatOptions.Builder of(ChatOptions options, ChatOptions others) {
        return TidarChatOptions.builder()
                .model(first(options, others, ChatOptions::getModel))
                .frequencyPenalty(first(options, others, ChatOptions::getFrequencyPenalty))
                .maxTokens(first(options, others, ChatOptions::getMaxTokens))
                .presencePenalty(first(options, others, ChatOptions::getPresencePenalty))
                .stopSequences(first(options, others, ChatOptions::getStopSequences))
                .temperature(first(options, others, ChatOptions::getTemperature))
                .topK(first(options, others, ChatOptions::getTopK))
                .topP(first(options, others, ChatOptions::getTopP))
                .toolCallbacks(PortableOptions.<List<ToolCallback>>first(
                        options, others, o -> o instanceof ToolCallingChatOptions t ? t.getToolCallbacks() : null))
                .toolContext(
                        first(options, others, o -> o instanceof ToolCallingChatOptions t ? t.getToolContext() : null));
    }

    private static <T> @Nullable T first(
            ChatOptions options, ChatOptions others, Function<ChatOptions, @Nullable T> option) {
        T mine = option.apply(options);
        return mine != null ? mine : option.apply(others);
    }
}
