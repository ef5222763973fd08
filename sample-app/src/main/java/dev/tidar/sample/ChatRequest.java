package dev.tidar.sample;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.spring.TidarChatOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;

/**
 * Body of {@code POST /api/chat}. Values are within the limits once built; a field that is missing has the default of
 * the chat model.
 *
 * @param messages the conversation so far, ending with the user's turn
 * @param system instruction to the model before the conversation
 * @param mode {@code auto}, {@code single-pass}, {@code two-pass}, {@code autoregressive}, or {@code draft-model} where
 *     the application has a draft model
 * @param draftLength rows in a draft block, the anchor included
 * @param outcomes kept counts for which single-pass steps carry a group; without any, steps that draft and steps that
 *     verify alternate
 * @param groups {@code auto}, {@code full}, {@code short} or {@code forced-short}: the mask rows of each group
 * @param temperature divisor of the logits; 0 is greedy
 * @param maxTokens tokens of the answer at most
 * @param seed seed of the noise
 * @param steps whether each chunk says how its step came to its tokens
 */
record ChatRequest(
        List<Turn> messages,
        @Nullable String system,
        @Nullable String mode,
        @Nullable Integer draftLength,
        @Nullable Set<Integer> outcomes,
        @Nullable String groups,
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        @Nullable Long seed,
        @Nullable Boolean steps) {

    static final int MAX_MESSAGES = 128;
    static final int MAX_CHARACTERS = 65_536;
    static final int MAX_TOKENS = 4096;
    static final double MAX_TEMPERATURE = 2;

    ChatRequest {
        if (messages == null || messages.isEmpty() || messages.size() > MAX_MESSAGES) {
            throw new InvalidRequestException("messages must have 1 to %d messages, but have %d"
                    .formatted(MAX_MESSAGES, messages == null ? 0 : messages.size()));
        }
        if (messages.stream().anyMatch(Objects::isNull)) {
            throw new InvalidRequestException("messages must have objects with role and text, but have a null");
        }
        Turn last = messages.get(messages.size() - 1);
        if (!last.role().equals("user")) {
            throw new InvalidRequestException(
                    "messages must end with the role user, but end with the role " + last.role());
        }
        long characters =
                messages.stream().mapToLong(turn -> turn.text().length()).sum()
                        + Objects.requireNonNullElse(system, "").length();
        if (characters > MAX_CHARACTERS) {
            throw new InvalidRequestException("messages and system must have at most %d characters, but have %d"
                    .formatted(MAX_CHARACTERS, characters));
        }
        if (temperature != null && !(temperature >= 0 && temperature <= MAX_TEMPERATURE)) {
            throw new InvalidRequestException(
                    "temperature must be in [0, %s], but is %s".formatted(MAX_TEMPERATURE, temperature));
        }
        if (maxTokens != null && (maxTokens < 1 || maxTokens > MAX_TOKENS)) {
            throw new InvalidRequestException(
                    "maxTokens must be in [1, %d], but is %d".formatted(MAX_TOKENS, maxTokens));
        }
        decoding(mode, draftLength, outcomes, groups);
        messages = List.copyOf(messages);
    }

    /**
     * One turn of the conversation.
     *
     * @param role {@code user} or {@code assistant}
     */
    record Turn(String role, String text) {

        Turn {
            if (!"user".equals(role) && !"assistant".equals(role)) {
                throw new InvalidRequestException("role must be user or assistant, but is " + role);
            }
            if (text == null) {
                throw new InvalidRequestException(
                        "text must be given in each message, but is missing in one of the role " + role);
            }
        }

        private Message message() {
            return role.equals("user") ? new UserMessage(text) : new AssistantMessage(text);
        }
    }

    /** The conversation as Spring AI's messages, the system message first. */
    List<Message> conversation() {
        var conversation = new ArrayList<Message>();
        if (system != null) {
            conversation.add(new SystemMessage(system));
        }
        messages.forEach(turn -> conversation.add(turn.message()));
        return conversation;
    }

    /** Whether each chunk is to say how its step came to its tokens. */
    boolean wantsSteps() {
        return Boolean.TRUE.equals(steps);
    }

    /** The options for the starter's chat model. */
    TidarChatOptions.Builder options() {
        return TidarChatOptions.builder()
                .mode(mode == null ? null : Words.mode(mode))
                .draftLength(draftLength)
                .outcomes(outcomes)
                .groups(groups == null ? null : Words.groups(groups))
                .temperature(temperature)
                .maxTokens(maxTokens)
                .seed(seed);
    }

    private static Decoding decoding(
            @Nullable String mode,
            @Nullable Integer draftLength,
            @Nullable Set<Integer> outcomes,
            @Nullable String groups) {
        return new Decoding(
                mode == null ? DecodeMode.AUTO : Words.mode(mode),
                draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength),
                Optional.ofNullable(outcomes),
                groups == null ? Groups.AUTO : Words.groups(groups),
                1);
    }
}
