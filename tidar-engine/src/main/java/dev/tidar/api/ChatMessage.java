package dev.tidar.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One message of a conversation. Nothing in it is ever read as a control token or as a template.
 *
 * @param role who speaks, as the chat template of the model knows it: {@code system}, {@code user}, {@code assistant},
 *     {@code tool}
 * @param text what was said, or the result of a tool; may be empty where there are tool calls
 * @param reasoning thoughts before an assistant's answer, without their tags; the chat template decides which of them
 *     it repeats
 * @param toolCalls calls of an assistant
 * @param callId id of the call that this message is the result of; present for the role {@code tool} only
 */
public record ChatMessage(
        String role, String text, Optional<String> reasoning, List<ToolCall> toolCalls, Optional<String> callId) {

    /** Tool calls of a message at most. */
    public static final int MAX_TOOL_CALLS = 128;

    private static final String ASSISTANT = "assistant";
    private static final String TOOL = "tool";

    public ChatMessage {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(text, "text");
        toolCalls = List.copyOf(toolCalls);
        callId.ifPresent(ToolCall::requireId);
        if (role.equals(TOOL) != callId.isPresent()) {
            throw new InvalidRequestException(
                    "the id of a tool call belongs to messages of role tool, which must have one, but the role is "
                            + (role.equals(TOOL) ? "tool and has none" : "another"));
        }
        if (!role.equals(ASSISTANT) && (reasoning.isPresent() || !toolCalls.isEmpty())) {
            throw new InvalidRequestException(
                    "reasoning and tool calls must be of messages of role assistant, but are of another");
        }
        if (toolCalls.size() > MAX_TOOL_CALLS) {
            throw new InvalidRequestException("a message must have at most %d tool calls, but has %d"
                    .formatted(MAX_TOOL_CALLS, toolCalls.size()));
        }
        Set<String> ids = new HashSet<>();
        if (!toolCalls.stream().map(ToolCall::id).allMatch(ids::add)) {
            throw new InvalidRequestException("tool calls of a message must have ids of their own, but two share one");
        }
    }

    public ChatMessage(String role, String text) {
        this(role, text, Optional.empty(), List.of(), Optional.empty());
    }

    public static ChatMessage system(String text) {
        return new ChatMessage("system", text);
    }

    public static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    public static ChatMessage assistant(String text) {
        return new ChatMessage(ASSISTANT, text);
    }

    /** An assistant's message that calls tools. */
    public static ChatMessage assistant(String text, List<ToolCall> toolCalls) {
        return new ChatMessage(ASSISTANT, text, Optional.empty(), toolCalls, Optional.empty());
    }

    /** The result of a call. */
    public static ChatMessage tool(String callId, String text) {
        return new ChatMessage(TOOL, text, Optional.empty(), List.of(), Optional.of(callId));
    }

    public ChatMessage withReasoning(String thoughts) {
        return new ChatMessage(role, text, Optional.of(thoughts), toolCalls, callId);
    }

    /** The same message with another text. */
    public ChatMessage withText(String other) {
        return new ChatMessage(role, other, reasoning, toolCalls, callId);
    }

    /** Characters that it adds to the prompt. */
    long characters() {
        return text.length()
                + reasoning.map(String::length).orElse(0)
                + toolCalls.stream()
                        .mapToLong(
                                call -> call.name().length() + call.arguments().length())
                        .sum();
    }
}
