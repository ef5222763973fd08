package dev.tidar.text.jinja;

/** Where the numbers of a template end: Python's, with an underscore allowed between two digits. */
final class NumberLiteral {

    private NumberLiteral() {}

    /** End of a float that starts here, or {@code start} if none does. */
    static int endOfFloat(String source, int start) {
        int end = digits(source, start, 10);
        boolean real = false;
        if (at(source, end) == '.' && isDigit(source, end + 1, 10)) {
            end = digits(source, end + 1, 10);
            real = true;
        }
        if (at(source, end) == 'e' || at(source, end) == 'E') {
            boolean signed = at(source, end + 1) == '+' || at(source, end + 1) == '-';
            int exponent = signed ? end + 2 : end + 1;
            if (isDigit(source, exponent, 10)) {
                end = digits(source, exponent, 10);
                real = true;
            }
        }
        return real ? end : start;
    }

    /** End of the integer that starts here; after a leading zero only zeros follow. */
    static int endOfInteger(String source, int start) {
        if (source.charAt(start) != '0') {
            return digits(source, start, 10);
        }
        int radix = radix(at(source, start + 1));
        int first = at(source, start + 2) == '_' ? start + 3 : start + 2;
        if (radix != 10 && isDigit(source, first, radix)) {
            return digits(source, first, radix);
        }
        return digits(source, start, 1);
    }

    /** The value of the digits of an integer, without underscores. */
    static long parse(String digits) {
        int radix = digits.length() > 2 ? radix(digits.charAt(1)) : 10;
        return radix == 10 ? Long.parseLong(digits) : Long.parseLong(digits.substring(2), radix);
    }

    private static int radix(char letter) {
        return switch (letter) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 10;
        };
    }

    private static int digits(String source, int from, int radix) {
        int end = from;
        while (isDigit(source, end, radix) || at(source, end) == '_' && isDigit(source, end + 1, radix)) {
            end++;
        }
        return end;
    }

    /** A radix of 1 has zeros only. */
    private static boolean isDigit(String source, int offset, int radix) {
        char c = at(source, offset);
        return radix == 1 ? c == '0' : c < 0x80 && Character.digit(c, radix) >= 0;
    }

    private static char at(String source, int offset) {
        return offset < source.length() ? source.charAt(offset) : 0;
    }
}
