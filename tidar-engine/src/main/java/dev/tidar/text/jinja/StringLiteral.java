package dev.tidar.text.jinja;

/** The strings of a template, with Python's escapes. */
final class StringLiteral {

    private static final String SIMPLE = "\\'\"abfnrtv";
    private static final String SIMPLE_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

    private StringLiteral() {}

    /** The offset after the quote that closes the string starting here. */
    static int end(String source, int start, LinePositions positions) {
        char quote = source.charAt(start);
        for (int i = start + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return i + 1;
            }
        }
        throw new TemplateException(positions.at(start), "a string must end with its quote");
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

    /** Appends what an escape stands for; gives the offset after it. A backslash before anything else stays. */
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
}
