package dev.tidar.text.answer;

/**
 * Finds the end of a JSON object or array while its characters arrive, or the first character that cannot belong to it.
 * It reads each character once, and its memory does not depend on the length. Confined to one thread.
 */
final class JsonExtent {

    /** The maximum depth of nested objects and arrays. */
    static final int MAX_DEPTH = 64;

    private static final String LITERALS = "true false null";

    /** The state of the value after a character. */
    enum Verdict {
        OPEN,
        COMPLETE,
        IMPOSSIBLE
    }

    private enum Expected {
        START,
        VALUE,
        VALUE_OR_END,
        KEY,
        KEY_OR_END,
        COLON,
        COMMA_OR_END
    }

    private enum Inside {
        NOTHING,
        STRING,
        ESCAPE,
        HEX,
        NUMBER,
        LITERAL
    }

    private final boolean[] isObject = new boolean[MAX_DEPTH];
    private int depth;
    private Expected expected = Expected.START;
    private Inside inside = Inside.NOTHING;
    private boolean isKey;
    private int hexDigits;
    private NumberSyntax number = NumberSyntax.START;
    private int literalEnd;
    private int literalAt;

    /** Reads the next character. No character may follow a verdict other than OPEN. */
    Verdict accept(char c) {
        return switch (inside) {
            case STRING -> string(c);
            case ESCAPE -> escape(c);
            case HEX -> hex(c);
            case LITERAL -> literal(c);
            case NUMBER -> number(c);
            case NOTHING -> structure(c);
        };
    }

    /** Whether the last character ended a key of the outermost object. */
    boolean isAfterOutermostKey() {
        return depth == 1 && expected == Expected.COLON && inside == Inside.NOTHING;
    }

    private Verdict structure(char c) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            return expected == Expected.START ? Verdict.IMPOSSIBLE : Verdict.OPEN;
        }
        return switch (expected) {
            case START -> c == '{' || c == '[' ? open(c) : Verdict.IMPOSSIBLE;
            case VALUE -> value(c);
            case VALUE_OR_END -> c == ']' ? close(c) : value(c);
            case KEY -> c == '"' ? beginString(true) : Verdict.IMPOSSIBLE;
            case KEY_OR_END -> c == '"' ? beginString(true) : close(c);
            case COLON -> c == ':' ? expect(Expected.VALUE) : Verdict.IMPOSSIBLE;
            case COMMA_OR_END -> c == ',' ? expect(isObject[depth - 1] ? Expected.KEY : Expected.VALUE) : close(c);
        };
    }

    private Verdict value(char c) {
        if (c == '{' || c == '[') {
            return open(c);
        }
        if (c == '"') {
            return beginString(false);
        }
        if (c == '-' || c >= '0' && c <= '9') {
            inside = Inside.NUMBER;
            number = NumberSyntax.START;
            return number(c);
        }
        literalAt = c == 't' ? 0 : c == 'f' ? LITERALS.indexOf('f') : c == 'n' ? LITERALS.lastIndexOf(' ') + 1 : -1;
        if (literalAt < 0) {
            return Verdict.IMPOSSIBLE;
        }
        int space = LITERALS.indexOf(' ', literalAt);
        literalEnd = space < 0 ? LITERALS.length() : space;
        inside = Inside.LITERAL;
        return literal(c);
    }

    private Verdict open(char c) {
        if (depth == MAX_DEPTH) {
            return Verdict.IMPOSSIBLE;
        }
        isObject[depth++] = c == '{';
        return expect(c == '{' ? Expected.KEY_OR_END : Expected.VALUE_OR_END);
    }

    private Verdict close(char c) {
        if (c != (isObject[depth - 1] ? '}' : ']')) {
            return Verdict.IMPOSSIBLE;
        }
        depth--;
        expected = Expected.COMMA_OR_END;
        return depth == 0 ? Verdict.COMPLETE : Verdict.OPEN;
    }

    private Verdict beginString(boolean key) {
        inside = Inside.STRING;
        isKey = key;
        return Verdict.OPEN;
    }

    private Verdict string(char c) {
        if (c == '"') {
            inside = Inside.NOTHING;
            return expect(isKey ? Expected.COLON : Expected.COMMA_OR_END);
        }
        if (c < 0x20) {
            return Verdict.IMPOSSIBLE;
        }
        inside = c == '\\' ? Inside.ESCAPE : Inside.STRING;
        return Verdict.OPEN;
    }

    private Verdict escape(char c) {
        if ("\"\\/bfnrtu".indexOf(c) < 0) {
            return Verdict.IMPOSSIBLE;
        }
        inside = c == 'u' ? Inside.HEX : Inside.STRING;
        hexDigits = 0;
        return Verdict.OPEN;
    }

    private Verdict hex(char c) {
        if (Character.digit(c, 16) < 0 || c > 0x7f) {
            return Verdict.IMPOSSIBLE;
        }
        if (++hexDigits == 4) {
            inside = Inside.STRING;
        }
        return Verdict.OPEN;
    }

    private Verdict literal(char c) {
        if (c != LITERALS.charAt(literalAt)) {
            return Verdict.IMPOSSIBLE;
        }
        if (++literalAt == literalEnd) {
            inside = Inside.NOTHING;
            return expect(Expected.COMMA_OR_END);
        }
        return Verdict.OPEN;
    }

    private Verdict number(char c) {
        NumberSyntax next = number.after(c);
        if (next != NumberSyntax.IMPOSSIBLE) {
            number = next;
            return Verdict.OPEN;
        }
        if (!number.mayEnd()) {
            return Verdict.IMPOSSIBLE;
        }
        inside = Inside.NOTHING;
        expected = Expected.COMMA_OR_END;
        return structure(c);
    }

    private Verdict expect(Expected next) {
        expected = next;
        return Verdict.OPEN;
    }
}
