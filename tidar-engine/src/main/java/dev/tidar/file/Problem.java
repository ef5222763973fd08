package dev.tidar.file;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.json.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Creates an {@link InvalidModelException} whose message names the file first, and then what is wrong. Everything that
 * comes from a file (names, values) is shown through {@link Quoted}, so that a hostile name cannot write to a terminal
 * or forge a log line.
 */
public final class Problem {

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

    /** Creates the error for an option that was set and that contradicts the file. */
    public static InvalidModelException setting(Path file, String message, Object... values) {
        return new InvalidModelException(Fault.SETTING, text(file, message, values));
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
        return new InvalidModelException(fault, Quoted.visible(file.toString()) + " " + formatted(predicate, values));
    }

    private static String text(Path file, String message, Object[] values) {
        return Quoted.visible(file.toString()) + ": " + formatted(message, values);
    }

    private static String formatted(String message, Object[] values) {
        int max = longestShown(values);
        Object[] shown = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            shown[i] = shown(values[i], max);
        }
        return String.format(Locale.ROOT, message, shown);
    }

    /** The length to which values must be cut so that all together show no more of a file than a message may. */
    private static int longestShown(Object[] values) {
        int[] lengths = Arrays.stream(values)
                .filter(Problem::isForeign)
                .mapToInt(value -> value.toString().length())
                .sorted()
                .toArray();
        int left = Quoted.MAX_CHARACTERS;
        for (int i = 0; i < lengths.length; i++) {
            int share = left / (lengths.length - i);
            if (lengths[i] > share) {
                return share;
            }
            left -= lengths[i];
        }
        return Quoted.MAX_CHARACTERS;
    }

    private static Object shown(Object value, int max) {
        if (value instanceof Number) {
            return value;
        }
        return isForeign(value) ? Quoted.of(value.toString(), max) : Quoted.visible(value.toString());
    }

    /** Whether a value may be a piece of a file. */
    private static boolean isForeign(Object value) {
        return value instanceof CharSequence || value instanceof JsonNode || value instanceof Collection;
    }
}
