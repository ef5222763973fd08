package dev.tidar.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Python's {@code text % arguments}, with the conversions s, r, d, i, u, f, x, X, o, c and %. */
final class PercentFormat {

    /** Digits after the point at most; a double has no more than 1,074. */
    private static final int MAX_PRECISION = 1100;

    private final String format;
    private final Value arguments;
    private final Output out;
    private int at;
    private int used;

    private PercentFormat(String format, Value arguments, Output out) {
        this.format = format;
        this.arguments = arguments;
        this.out = out;
    }

    static Value format(String format, Value arguments, Budget budget) {
        PercentFormat formatting = new PercentFormat(format, arguments, new Output(budget));
        formatting.run();
        return formatting.out.toValue();
    }

    private void run() {
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c == '%') {
                conversion();
            } else {
                out.append(c);
            }
        }
        boolean leftOver = isTuple() ? used < tuple().size() : used == 0 && !(arguments instanceof Dict);
        if (leftOver) {
            throw refusal("has more arguments than conversions");
        }
    }

    private boolean isTuple() {
        return arguments instanceof Sequence sequence && sequence.kind() == Sequence.Kind.TUPLE;
    }

    private List<Value> tuple() {
        return arguments.elements(out.budget());
    }

    private void conversion() {
        Value named = peek() == '(' ? named() : Value.None.VALUE;
        boolean isNamed = format.charAt(at - 1) == ')';
        String flags = flags();
        long width = number();
        long precision = -1;
        if (peek() == '.') {
            at++;
            precision = number();
        }
        char conversion = peek();
        at++;
        if (conversion == '%') {
            out.append('%');
            return;
        }
        if (precision > MAX_PRECISION) {
            throw refusal("asks for more than " + MAX_PRECISION + " digits");
        }
        Value value = isNamed ? named : next();
        String sign = "";
        String body = convert(conversion, value, (int) precision);
        boolean numeric = "diufxXo".indexOf(conversion) >= 0;
        if (numeric) {
            sign = sign(body, flags);
            body = body.startsWith("-") ? body.substring(1) : body;
        }
        pad(sign, body, width, flags, numeric);
    }

    private Value named() {
        int end = format.indexOf(')', at);
        if (end < 0 || !(arguments instanceof Dict dict)) {
            throw refusal("needs a dict for a named conversion");
        }
        Value key = Value.of(format.substring(at + 1, end));
        at = end + 1;
        used++;
        return dict.find(key).orElseThrow(() -> refusal("names a key that is missing"));
    }

    private String flags() {
        int start = at;
        while ("-+ 0#".indexOf(peek()) >= 0) {
            at++;
        }
        return format.substring(start, at);
    }

    private long number() {
        long number = 0;
        while (peek() >= '0' && peek() <= '9') {
            number = Math.min(Integer.MAX_VALUE, number * 10 + format.charAt(at++) - '0');
        }
        return number;
    }

    private char peek() {
        if (at >= format.length()) {
            throw refusal("ends inside a conversion");
        }
        return format.charAt(at);
    }

    private Value next() {
        if (isTuple() ? used >= tuple().size() : used > 0) {
            throw refusal("has fewer arguments than conversions");
        }
        return isTuple() ? tuple().get(used++) : single();
    }

    private Value single() {
        used++;
        return arguments;
    }

    private String convert(char conversion, Value value, int precision) {
        return switch (conversion) {
            case 's' -> cut(Value.text(value, out.budget()), precision);
            case 'r' -> cut(repr(value), precision);
            case 'd', 'i', 'u' -> zeros(Long.toString(whole(value)), precision);
            case 'x' -> zeros(Long.toString(whole(value), 16), precision);
            case 'X' -> zeros(Long.toString(whole(value), 16).toUpperCase(Locale.ROOT), precision);
            case 'o' -> zeros(Long.toString(whole(value), 8), precision);
            case 'f', 'F' -> fixed(value, precision < 0 ? 6 : precision);
            case 'c' -> character(value);
            default -> throw refusal("uses a conversion that is not one of s, r, d, i, u, f, x, X, o, c and %");
        };
    }

    private static String cut(String text, int precision) {
        boolean shorter = precision >= 0 && precision < text.codePointCount(0, text.length());
        return shorter ? text.substring(0, text.offsetByCodePoints(0, precision)) : text;
    }

    private String repr(Value value) {
        Output repr = new Output(out.budget());
        value.repr(repr);
        return repr.toString();
    }

    private long whole(Value value) {
        Value number = value instanceof Value.Real real ? Numbers.truncate(real.value()) : value;
        return Numbers.integer(number).orElseThrow(() -> refusal("needs a number, but gets a " + value.type()));
    }

    private static String zeros(String digits, int precision) {
        boolean negative = digits.startsWith("-");
        String bare = negative ? digits.substring(1) : digits;
        return (negative ? "-" : "") + "0".repeat(Math.max(0, precision - bare.length())) + bare;
    }

    private String fixed(Value value, int precision) {
        double number = Numbers.real(value).orElseThrow(() -> refusal("needs a number, but gets a " + value.type()));
        if (!Double.isFinite(number)) {
            return Numbers.shortest(number);
        }
        String digits = new BigDecimal(number)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .abs()
                .toPlainString();
        return Double.doubleToRawLongBits(number) < 0 ? "-" + digits : digits;
    }

    private String character(Value value) {
        if (value instanceof Text text && text.size() == 1) {
            return text.value();
        }
        long code = value instanceof Text ? -1 : whole(value);
        if (code < 0 || code > Character.MAX_CODE_POINT) {
            throw refusal("needs one character");
        }
        return Character.toString((int) code);
    }

    private static String sign(String body, String flags) {
        if (body.startsWith("-")) {
            return "-";
        }
        return flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    }

    private void pad(String sign, String body, long width, String flags, boolean numeric) {
        long missing = width - sign.length() - body.codePointCount(0, body.length());
        boolean left = flags.contains("-");
        boolean zeros = numeric && flags.contains("0") && !left;
        out.repeat(" ", left || zeros ? 0 : missing)
                .append(sign)
                .repeat("0", zeros ? missing : 0)
                .append(body)
                .repeat(" ", left ? missing : 0);
    }

    private static TemplateException refusal(String what) {
        return new TemplateException("the % format " + what);
    }
}
