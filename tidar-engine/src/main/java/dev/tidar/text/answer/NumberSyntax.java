package dev.tidar.text.answer;

/** The state of a JSON number that is read character by character (RFC 8259, section 6). */
enum NumberSyntax {
    START,
    MINUS,
    ZERO,
    WHOLE,
    POINT,
    FRACTION,
    E,
    SIGN,
    EXPONENT,
    IMPOSSIBLE;

    boolean mayEnd() {
        return this == ZERO || this == WHOLE || this == FRACTION || this == EXPONENT;
    }

    /** The state after one more character. */
    NumberSyntax after(char c) {
        boolean digit = c >= '0' && c <= '9';
        return switch (this) {
            case START -> c == '-' ? MINUS : first(c);
            case MINUS -> first(c);
            case ZERO -> afterWhole(c);
            case WHOLE -> digit ? WHOLE : afterWhole(c);
            case POINT -> digit ? FRACTION : IMPOSSIBLE;
            case FRACTION -> digit ? FRACTION : isE(c) ? E : IMPOSSIBLE;
            case E -> c == '+' || c == '-' ? SIGN : digit ? EXPONENT : IMPOSSIBLE;
            case SIGN, EXPONENT -> digit ? EXPONENT : IMPOSSIBLE;
            case IMPOSSIBLE -> IMPOSSIBLE;
        };
    }

    private static NumberSyntax first(char c) {
        return c == '0' ? ZERO : c >= '1' && c <= '9' ? WHOLE : IMPOSSIBLE;
    }

    private static NumberSyntax afterWhole(char c) {
        return c == '.' ? POINT : isE(c) ? E : IMPOSSIBLE;
    }

    private static boolean isE(char c) {
        return c == 'e' || c == 'E';
    }
}
