package dev.tidar.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Prompt text that records which parts of it users wrote. Inside these parts the spelling of a control token is
 * ordinary text; outside of them it is the control token. Immutable.
 *
 * @param text the whole prompt
 * @param userText the stretches that users wrote, in order and without overlap; empty ones are dropped, adjacent ones
 *     joined
 */
public record PromptText(String text, List<Stretch> userText) {

    public PromptText {
        Objects.requireNonNull(text, "text");
        List<Stretch> joined = new ArrayList<>(userText.size());
        int end = 0;
        for (Stretch stretch : userText) {
            if (stretch.start() < end || stretch.end() > text.length()) {
                throw new IllegalArgumentException(
                        "user text must be in order and within the %d characters of the prompt, but is %s"
                                .formatted(text.length(), stretch));
            }
            end = stretch.end();
            if (!joined.isEmpty() && joined.get(joined.size() - 1).end() == stretch.start()) {
                joined.set(
                        joined.size() - 1,
                        new Stretch(joined.get(joined.size() - 1).start(), end));
            } else if (stretch.start() < end) {
                joined.add(stretch);
            }
        }
        userText = List.copyOf(joined);
    }

    /** Returns a prompt that contains no user text. */
    public static PromptText trusted(String text) {
        return new PromptText(text, List.of());
    }

    /** Returns a prompt that consists of user text only. */
    public static PromptText user(String text) {
        return new PromptText(text, List.of(new Stretch(0, text.length())));
    }

    /** Returns this prompt with another text of the same length. */
    PromptText withText(String other) {
        return other.equals(text) ? this : new PromptText(other, userText);
    }

    /**
     * A stretch of text.
     *
     * @param start index of its first character (UTF-16 code unit)
     * @param end index after its last character
     */
    public record Stretch(int start, int end) {
        public Stretch {
            if (start < 0 || end < start) {
                throw new IllegalArgumentException(
                        "a stretch must have 0 <= start <= end, but is [%d, %d)".formatted(start, end));
            }
        }
    }
}
