package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.TemplateException.Position;
import java.util.OptionalInt;

/** Parses the string and number literals of a template, with Python's escapes and underscores between two digits. */
final class Literals {

    private static final String SIMPLE = "\\'\"abfnrtv";
    private static final String SIMPLE_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

    private Literals() {}

    /** Returns the offset after the quote that closes the string that starts here; empty if no quote closes it. */
    static OptionalInt endOfString(String source, int start) {
        char quote = source.charAt(start);
        for (int i = start + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return OptionalInt.of(i + 1);
            }
        }
        return OptionalInt.empty();
    }

    static String unescape(String text, Position position) {
        StringBuilder plain = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\') {
                at = escape(text, at + 1, plain, position);
            } else {
                plain.append(c);
                at++;
            }
        }
        return plain.toString();
    }

    /**
     * Appends the character that an escape stands for and returns the offset after it. A backslash before anything else
     * is kept.
     */
    private static int escape(String text, int at, StringBuilder plain, Position position) {
        char c = text.charAt(at);
        int simple = SIMPLE.indexOf(c);
        if (simple >= 0) {
            plain.append(SIMPLE_VALUES.charAt(simple));
            return at + 1;
        }
        return switch (c) {
            case '\n' -> at + 1;
            case 'x' -> code(text, at + 1, at + 3, 16, plain, position);
            case 'u' -> code(text, at + 1, at + 5, 16, plain, position);
            case 'U' -> code(text, at + 1, at + 9, 16, plain, position);
            case 'N' -> throw new TemplateException(position, "a string must not name characters by \\N");
            case '0', '1', '2', '3', '4', '5', '6', '7' -> code(text, at, octalEnd(text, at), 8, plain, position);
            default -> {
                plain.append('\\').append(c);
                yield at + 1;
            }
        };
    }

    private static int octalEnd(String text, int from) {
        int end = from;
        while (end < text.length() && end < from + 3 && text.charAt(end) >= '0' && text.charAt(end) <= '7') {
            end++;
        }
        return end;
    }

    private static int code(String text, int from, int to, int radix, StringBuilder plain, Position position) {
        boolean digits = to <= text.length()
                && text.substring(from, to).chars().allMatch(c -> c < 0x80 && Character.digit(c, radix) >= 0);
        long code = digits ? Long.parseLong(text.substring(from, to), radix) : -1;
        if (code < 0 || code > Character.MAX_CODE_POINT) {
            throw new TemplateException(position, "an escape in a string must give the code of a character");
        }
        plain.appendCodePoint((int) code);
        return to;
    }

    /** Returns the offset after the float that starts here; empty if none does. */
    static OptionalInt endOfFloat(String source, int start) {
        int end = endOfDigits(source, start);
        boolean isFloat = false;
        if (at(source, end) == '.' && isDigit(source, end + 1)) {
            end = endOfDigits(source, end + 1);
            isFloat = true;
        }
        if (at(source, end) == 'e' || at(source, end) == 'E') {
            boolean signed = at(source, end + 1) == '+' || at(source, end + 1) == '-';
            int exponent = signed ? end + 2 : end + 1;
            if (isDigit(source, exponent)) {
                end = endOfDigits(source, exponent);
                isFloat = true;
            }
        }
        return isFloat ? OptionalInt.of(end) : OptionalInt.empty();
    }

    /** Returns the offset after the integer that starts here; after a leading zero, only zeros follow. */
    static int endOfInteger(String source, int start) {
        if (source.charAt(start) != '0') {
            return endOfDigits(source, start);
        }
        int end = start;
        while (at(source, end) == '0') {
            end++;
        }
        return end;
    }

    private static int endOfDigits(String source, int from) {
        int end = from;
        while (isDigit(source, end) || at(source, end) == '_' && isDigit(source, end + 1)) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(String source, int offset) {
        char c = at(source, offset);
        return c >= '0' && c <= '9';
    }

    private static char at(String source, int offset) {
        return offset < source.length() ? source.charAt(offset) : 0;
    }
}
