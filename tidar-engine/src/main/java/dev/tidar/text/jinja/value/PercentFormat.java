package dev.tidar.text.jinja.value;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code text % arguments} with the conversions s, d, f and %; only f can have a precision. */
public final class PercentFormat {

    private static final Pattern CONVERSION = Pattern.compile("%(\\.(\\d{1,3}))?(.?)", Pattern.DOTALL);
    private static final int DEFAULT_PRECISION = 6;

    private PercentFormat() {}

    /**
     * Formats values as Python's {@code %} does.
     *
     * @param arguments a tuple with one value for each conversion, or the only value
     */
    public static Value format(String format, Value arguments, Budget budget) {
        boolean isTuple = arguments instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE;
        List<Value> values = isTuple ? arguments.elements(budget) : List.of(arguments);
        Output out = new Output(budget);
        Matcher conversion = CONVERSION.matcher(format);
        int from = 0;
        int used = 0;
        while (conversion.find()) {
            out.append(format.substring(from, conversion.start()));
            from = conversion.end();
            if (conversion.group().equals("%%")) {
                out.append('%');
            } else if (used == values.size()) {
                throw error("has fewer arguments than conversions");
            } else {
                out.append(convert(conversion, values.get(used++), budget));
            }
        }
        if (used < values.size()) {
            throw error("has more arguments than conversions");
        }
        return out.append(format.substring(from)).toValue();
    }

    private static String convert(Matcher conversion, Value value, Budget budget) {
        boolean isPlain = conversion.group(1) == null;
        String kind = conversion.group(3);
        if (kind.equals("f")) {
            return fixed(value, isPlain ? DEFAULT_PRECISION : Integer.parseInt(conversion.group(2)));
        }
        if (kind.equals("s") && isPlain) {
            return Value.text(value, budget);
        }
        if (kind.equals("d") && isPlain) {
            return Value.text(whole(value), budget);
        }
        throw error("must have only the conversions %s, %d, %f and %%, of which %f may have a precision");
    }

    private static Value whole(Value value) {
        Value number = value instanceof Value.Real real ? Numbers.truncate(real.value()) : value;
        return Value.of(Numbers.integer(number).orElseThrow(() -> notANumber(value)));
    }

    private static String fixed(Value value, int precision) {
        double number = Numbers.real(value).orElseThrow(() -> notANumber(value));
        if (!Double.isFinite(number)) {
            return Numbers.shortest(number);
        }
        BigDecimal rounded = new BigDecimal(number).setScale(precision, RoundingMode.HALF_EVEN);
        String sign = Double.doubleToRawLongBits(number) < 0 ? "-" : "";
        return sign + rounded.abs().toPlainString();
    }

    private static TemplateException notANumber(Value value) {
        return error("needs a number, but gets a " + value.type());
    }

    private static TemplateException error(String what) {
        return new TemplateException("the % format " + what);
    }
}
