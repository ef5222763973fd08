package dev.tidar.spring;

import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import java.util.List;
import java.util.Objects;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/**
 * Turns Spring AI's prompts into requests to the engine. An option or message that the engine cannot serve is rejected
 * by name, never ignored. Immutable.
 *
 * @param model name of the loaded model, the only one that a request may name
 */
record ChatRequestMapper(String model) {

    /** @throws InvalidRequestException naming the option or the kind of message that cannot be served */
    GenerationRequest request(List<Message> messages, TidarChatOptions options) {
        rejectUnsupported(options);
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages must have at least one message, but are empty");
        }
        Prompt prompt = new Prompt.Chat(new ConversationMapper().messages(messages)).withTools(offered(options));
        return options.requestOptions().request(prompt).build();
    }

    private void rejectUnsupported(TidarChatOptions options) {
        String asked = options.getModel();
        if (asked != null && !asked.equals(model)) {
            throw new InvalidRequestException(
                    "model must be unset or the loaded model %s, but is %s".formatted(model, asked));
        }
    }

    private static Tools offered(TidarChatOptions options) {
        List<ToolCallback> callbacks = Objects.requireNonNullElse(options.getToolCallbacks(), List.of());
        return Tools.of(callbacks.stream()
                .map(ToolCallback::getToolDefinition)
                .map(ChatRequestMapper::tool)
                .toArray(Tool[]::new));
    }

    /** Definitions of an application's own may lack a description or a schema, whatever their types say. */
    private static Tool tool(ToolDefinition definition) {
        return new Tool(
                Objects.requireNonNullElse(definition.name(), ""),
                Objects.requireNonNullElse(definition.description(), ""),
                Objects.requireNonNullElse(definition.inputSchema(), "{}"));
    }
}
