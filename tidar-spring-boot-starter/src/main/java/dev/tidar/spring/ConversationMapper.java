package dev.tidar.spring;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.content.MediaContent;

/**
 * Turns the messages of one prompt into those of the engine. A tool call without an id, which some providers leave in a
 * history, gets its number as its id. A result without an id answers the first call of its tool that has no result yet.
 * Confined to one thread.
 */
final class ConversationMapper {

    private static final Pattern TOOL_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,%d}".formatted(Tool.MAX_NAME_LENGTH));

    private final Map<String, Deque<String>> openCalls = new HashMap<>();
    private int calls;

    /** @throws InvalidRequestException naming the kind of message that cannot be served */
    List<ChatMessage> messages(List<Message> messages) {
        List<ChatMessage> mapped = new ArrayList<>(messages.size());
        for (Message message : messages) {
            requireText(message);
            if (message instanceof ToolResponseMessage results) {
                results.getResponses().forEach(result -> mapped.add(result(result)));
            } else if (message instanceof AssistantMessage assistant) {
                mapped.add(answer(assistant));
            } else {
                mapped.add(said(message));
            }
        }
        return mapped;
    }

    private static ChatMessage said(Message message) {
        String text = Objects.requireNonNullElse(message.getText(), "");
        return switch (message.getMessageType()) {
            case SYSTEM -> ChatMessage.system(text);
            case USER -> ChatMessage.user(text);
            case ASSISTANT -> ChatMessage.assistant(text);
            case TOOL ->
                throw new InvalidRequestException("a message of type tool must be a ToolResponseMessage, but is a "
                        + message.getClass().getSimpleName());
        };
    }

    private ChatMessage answer(AssistantMessage message) {
        openCalls.clear();
        String text = Objects.requireNonNullElse(message.getText(), "");
        ChatMessage answer = ChatMessage.assistant(
                text, message.getToolCalls().stream().map(this::call).toList());
        return message.getMetadata().get(TidarMetadata.REASONING_CONTENT) instanceof String thoughts
                        && !thoughts.isEmpty()
                ? answer.withReasoning(thoughts)
                : answer;
    }

    private ToolCall call(AssistantMessage.ToolCall call) {
        String id = isAbsent(call.id()) ? "call-" + calls : call.id();
        calls++;
        openCalls.computeIfAbsent(call.name(), name -> new ArrayDeque<>()).add(id);
        return new ToolCall(id, call.name(), isAbsent(call.arguments()) ? "{}" : call.arguments());
    }

    private ChatMessage result(ToolResponseMessage.ToolResponse result) {
        Deque<String> open = openCalls.getOrDefault(result.name(), new ArrayDeque<>());
        String id = result.id();
        if (isAbsent(id)) {
            if (open.isEmpty()) {
                throw new InvalidRequestException("a tool result must answer a call before it, but one%s answers none"
                        .formatted(ofTool(result.name())));
            }
            id = open.getFirst();
        }
        open.remove(id);
        return ChatMessage.tool(id, Objects.requireNonNullElse(result.responseData(), ""));
    }

    /** The name of a tool for a message; none where it is no such name, because a history can have anything in it. */
    private static String ofTool(@Nullable String name) {
        return name != null && TOOL_NAME.matcher(name).matches() ? " of " + name : "";
    }

    private static boolean isAbsent(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static void requireText(Message message) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw new InvalidRequestException("a message must have text only, but has media of type "
                    + content.getMedia().stream().map(Media::getMimeType).toList());
        }
    }
}
