package dev.tidar.json;

import java.util.Locale;

/**
 * Text that comes from outside, made fit for a message or a log line: it can neither write to a terminal, nor forge a
 * line, nor fill a log.
 */
public final class Quoted {

    /** The most characters that a message shows of a file. */
    public static final int MAX_CHARACTERS = 200;

    private Quoted() {}

    /** Returns the text with what is invisible escaped, and shortened to {@value #MAX_CHARACTERS} characters. */
    public static String of(String text) {
        return of(text, MAX_CHARACTERS);
    }

    /** Returns the text with what is invisible escaped, and shortened to this number of characters of it. */
    public static String of(String text, int max) {
        if (text.length() <= max) {
            return visible(text);
        }
        int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
        return visible(text.substring(0, end)) + "... (" + text.length() + " characters)";
    }

    /** Returns the text with control characters and others that cannot be seen escaped, as {@code \}{@code u001b}. */
    public static String visible(String text) {
        if (text.codePoints().allMatch(Quoted::isVisible)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isVisible(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return shown.toString();
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
