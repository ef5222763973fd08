package dev.tidar.sample.memory;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds on what is remembered of conversations. Where one is reached, the conversation that was used least recently is
 * forgotten.
 *
 * @param maxCount conversations
 * @param maxCharacters characters of all conversations together
 * @param window characters of one conversation; where it has more, the older half of them is forgotten
 * @param maxAge how long a conversation is kept after it was used last
 */
@ConfigurationProperties("sample.conversations")
public record ConversationProperties(
        @DefaultValue("1000") int maxCount,
        @DefaultValue("8000000") int maxCharacters,
        @DefaultValue("24000") int window,
        @DefaultValue("12h") Duration maxAge) {

    public ConversationProperties {
        requirePositive("max-count", maxCount);
        requirePositive("max-characters", maxCharacters);
        requirePositive("window", window);
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("sample.conversations.max-age must be above 0, but is " + maxAge);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "sample.conversations.%s must be above 0, but is %d".formatted(name, value));
        }
    }
}
