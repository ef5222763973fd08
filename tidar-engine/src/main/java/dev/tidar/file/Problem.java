package dev.tidar.file;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Creates an {@link InvalidModelException} whose message names the file first, and then what is wrong. Everything that
 * comes from a file (names, values) is shown through {@link #printable}, so that a hostile name cannot write to a
 * terminal or forge a log line.
 */
public final class Problem {

    /** Maximum number of characters that a message shows of a text that comes from a file. */
    private static final int MAX_SHOWN = 120;

    private Problem() {}

    public static InvalidModelException incomplete(Path file, String message, Object... values) {
        return new InvalidModelException(Fault.INCOMPLETE, text(file, message, values));
    }

    public static InvalidModelException foreign(Path file, String message, Object... values) {
        return new InvalidModelException(Fault.NOT_A_CHECKPOINT, text(file, message, values));
    }

    public static InvalidModelException corrupt(Path file, String message, Object... values) {
        return new InvalidModelException(Fault.CORRUPT, text(file, message, values));
    }

    public static InvalidModelException unsupported(Path file, String message, Object... values) {
        return new InvalidModelException(Fault.UNSUPPORTED, text(file, message, values));
    }

    /** Creates the error for a file that exists, but that the operating system does not let us read. */
    public static InvalidModelException unreadable(Path file, IOException cause) {
        return new InvalidModelException(
                Fault.INCOMPLETE,
                text(file, "must be readable, but is not (%s)", new Object[] {String.valueOf(cause)}),
                cause);
    }

    /** Creates the error for a fault of the file as a whole; the message is a sentence whose subject is the file. */
    static InvalidModelException of(Fault fault, Path file, String predicate, Object... values) {
        return new InvalidModelException(fault, escape(file.toString()) + " " + formatted(predicate, values));
    }

    private static String text(Path file, String message, Object[] values) {
        return escape(file.toString()) + ": " + formatted(message, values);
    }

    private static String formatted(String message, Object[] values) {
        Object[] shown = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            shown[i] = shown(values[i]);
        }
        return String.format(Locale.ROOT, message, shown);
    }

    private static Object shown(Object value) {
        if (value instanceof Number) {
            return value;
        }
        boolean foreign = value instanceof String || value instanceof JsonNode;
        return foreign ? printable(value.toString()) : escape(value.toString());
    }

    /** Returns the text with control and other invisible characters escaped, and shortened if it is long. */
    static String printable(String text) {
        if (text.length() <= MAX_SHOWN) {
            return escape(text);
        }
        return escape(text.substring(0, MAX_SHOWN)) + "... (" + text.length() + " characters)";
    }

    private static String escape(String text) {
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
