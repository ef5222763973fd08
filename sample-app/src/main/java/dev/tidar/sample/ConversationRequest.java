package dev.tidar.sample;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Tools;
import dev.tidar.spring.TidarChatOptions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.Message;

/**
 * Body of {@code POST /api/conversations/{id}/messages}: the next question of a conversation. The options of
 * {@link ChatRequest} mean here what they mean there.
 *
 * @param text the question
 * @param tools {@code auto} if the model may call tools, {@code required} if it has to call one first; missing for none
 * @param guide whether to answer from the guide
 * @param steps whether each chunk says how its step came to its tokens
 */
record ConversationRequest(
        String text,
        @Nullable String tools,
        @Nullable Boolean guide,
        @Nullable String system,
        @Nullable String mode,
        @Nullable Integer draftLength,
        @Nullable Set<Integer> outcomes,
        @Nullable String groups,
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        @Nullable Long seed,
        @Nullable Boolean steps) {

    private static final List<String> TOOLS = List.of("auto", "required");

    ConversationRequest {
        if (text == null || text.trim().isEmpty()) {
            throw new InvalidRequestException(
                    "text must be given, but is %s".formatted(text == null ? "missing" : "blank"));
        }
        if (tools != null && !TOOLS.contains(tools)) {
            throw new InvalidRequestException(
                    "tools must be missing or one of %s, but is %s".formatted(String.join(", ", TOOLS), tools));
        }
        chat(text, system, mode, draftLength, outcomes, groups, temperature, maxTokens, seed, steps);
    }

    /** Whether each chunk is to say how its step came to its tokens. */
    boolean wantsSteps() {
        return chat().wantsSteps();
    }

    boolean wantsTools() {
        return tools != null;
    }

    boolean wantsGuide() {
        return Boolean.TRUE.equals(guide);
    }

    /** The system message, if there is one, and the question; what was said before is the memory's to add. */
    List<Message> messages() {
        return chat().conversation();
    }

    /** The options for the starter's chat model. */
    TidarChatOptions.Builder options() {
        var options = chat().options();
        return "required".equals(tools) ? options.toolChoice(Tools.Choice.REQUIRED) : options;
    }

    private ChatRequest chat() {
        return chat(text, system, mode, draftLength, outcomes, groups, temperature, maxTokens, seed, steps);
    }

    /** Checks what the two requests have in common. */
    private static ChatRequest chat(
            String text,
            @Nullable String system,
            @Nullable String mode,
            @Nullable Integer draftLength,
            @Nullable Set<Integer> outcomes,
            @Nullable String groups,
            @Nullable Double temperature,
            @Nullable Integer maxTokens,
            @Nullable Long seed,
            @Nullable Boolean steps) {
        return new ChatRequest(
                List.of(new ChatRequest.Turn("user", text)),
                system,
                mode,
                draftLength,
                outcomes,
                groups,
                temperature,
                maxTokens,
                seed,
                steps);
    }
}
