package dev.tidar.api;

import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role who speaks, as the chat template of the model knows it: {@code system}, {@code user}, {@code assistant}
 * @param text what was said; never read as a control token or as a template
 */
public record ChatMessage(String role, String text) {

    public ChatMessage {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(text, "text");
    }

    public static ChatMessage system(String text) {
        return new ChatMessage("system", text);
    }

    public static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    public static ChatMessage assistant(String text) {
        return new ChatMessage("assistant", text);
    }
}
