package dev.tidar.text.jinja.value;

import java.util.Locale;

/**
 * Upper and lower case, as Java and Python map them, in time and space that grow with the length of the text alone.
 * Java's own methods copy all of a text for each character that becomes several, as {@code ß} becomes {@code SS}.
 */
public final class LetterCase {

    /** The one character whose lower case has two: {@code i} and a dot above it. */
    private static final char DOTTED_I = '\u0130';

    private static final char DOT_ABOVE = '\u0307';

    private LetterCase() {}

    /** Appends the text in upper case. */
    public static void upper(String text, Output out) {
        text.codePoints().forEach(c -> upper(c, out));
    }

    /** Appends a character in upper case, which can be up to three characters. */
    public static void upper(int c, Output out) {
        if (c < 0x80) {
            out.append((char) Character.toUpperCase(c));
        } else {
            out.append(Character.toString(c).toUpperCase(Locale.ROOT));
        }
    }

    /** Appends the text in lower case. */
    public static void lower(String text, Output out) {
        // Without the dotted I, lower case has the length of the text, and Java makes it in one pass.
        String lower = text.replace(DOTTED_I, 'I').toLowerCase(Locale.ROOT);
        int from = 0;
        for (int at = text.indexOf(DOTTED_I); at >= 0; at = text.indexOf(DOTTED_I, from)) {
            out.append(lower.substring(from, at + 1)).append(DOT_ABOVE);
            from = at + 1;
        }
        out.append(lower.substring(from));
    }

    /** Returns the text in lower case, charged to the budget. */
    public static String lower(String text, Budget budget) {
        Output out = new Output(budget);
        lower(text, out);
        return out.toString();
    }
}
