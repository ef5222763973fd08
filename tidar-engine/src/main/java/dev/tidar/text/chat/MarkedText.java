package dev.tidar.text.chat;

import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Marks user text so that it passes through a template and cannot be mistaken for anything else: each character becomes
 * two characters of the private use area, its high byte in U+E000..U+E0FF and its low byte in U+E100..U+E1FF.
 *
 * <p>Every marked character thus shows that a user wrote it, wherever a template cuts or joins text. Marked text never
 * equals a literal of the template, so user text cannot influence what the template does. Text that already contains
 * such private characters is marked like any other and is restored unchanged. White space is not marked, so that
 * trimming works, and neither are double quotes, backslashes and control characters, so that {@code tojson} escapes
 * them; none of these spells a control token.
 */
final class MarkedText {

    private static final char HIGH = '\uE000';
    private static final char LOW = '\uE100';
    private static final char END = '\uE200';

    private MarkedText() {}

    static String mark(String text) {
        StringBuilder marked = new StringBuilder(2 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (staysItself(c)) {
                marked.append(c);
            } else {
                marked.append((char) (HIGH + (c >> 8))).append((char) (LOW + (c & 0xFF)));
            }
        }
        return marked.toString();
    }

    /** Returns the text without its marks, with the marked stretches as user text; empty if a mark was split. */
    static Optional<PromptText> unmark(String marked) {
        StringBuilder text = new StringBuilder(marked.length());
        List<Stretch> stretches = new ArrayList<>();
        for (int i = 0; i < marked.length(); i++) {
            char c = marked.charAt(i);
            if (!isMark(c)) {
                text.append(c);
                continue;
            }
            if (c >= LOW || ++i == marked.length() || marked.charAt(i) < LOW || marked.charAt(i) >= END) {
                return Optional.empty();
            }
            stretches.add(new Stretch(text.length(), text.length() + 1));
            text.append((char) (c - HIGH << 8 | marked.charAt(i) - LOW));
        }
        return Optional.of(new PromptText(text.toString(), stretches));
    }

    /** Returns the text without anything that was marked. */
    static String withoutMarked(String marked) {
        StringBuilder text = new StringBuilder();
        marked.chars().filter(c -> !isMark((char) c)).forEach(c -> text.append((char) c));
        return text.toString();
    }

    /** Whether the text contains characters that marks are made of. */
    static boolean hasMarks(String text) {
        return text.chars().anyMatch(c -> isMark((char) c));
    }

    private static boolean isMark(char c) {
        return c >= HIGH && c < END;
    }

    private static boolean staysItself(char c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c)
                || c == '"'
                || c == '\\';
    }
}
