package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Numbers;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.Value;
import java.util.Optional;

/** Filters that make numbers. */
final class NumberFilters {

    /** Maximum length of a number as text: no 64-bit number, and no double that a template means, is longer. */
    private static final int MAX_DIGITS = 400;

    private NumberFilters() {}

    static Value toInteger(Value value, Arguments arguments, Budget budget) {
        Value otherwise = arguments.get(0, Value.of(0));
        if (value instanceof Value.Undefined undefined) {
            throw undefined.missing();
        }
        if (value instanceof Value.Real real) {
            return Double.isFinite(real.value()) ? Numbers.truncate(real.value()) : otherwise;
        }
        if (!(value instanceof Text text)) {
            return Numbers.integer(value).map(Value::of).orElse(otherwise);
        }
        return parseInteger(text.value())
                .map(Value::of)
                .or(() -> parseReal(text.value()).filter(Double::isFinite).map(Numbers::truncate))
                .orElse(otherwise);
    }

    static Value toReal(Value value, Arguments arguments, Budget budget) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined.missing();
        }
        Optional<Double> number = value instanceof Text text ? parseReal(text.value()) : Numbers.real(value);
        return number.map(Value::of).orElse(arguments.get(0, Value.of(0.0)));
    }

    private static Optional<Long> parseInteger(String text) {
        try {
            return Optional.of(Long.parseLong(number(text)));
        } catch (NumberFormatException notOne) {
            return Optional.empty();
        }
    }

    private static Optional<Double> parseReal(String text) {
        String digits = number(text);
        if (digits.isEmpty()) {
            return Optional.empty();
        }
        String bare = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        double sign = digits.startsWith("-") ? -1 : 1;
        if (bare.equalsIgnoreCase("nan")) {
            return Optional.of(Double.NaN);
        }
        if (bare.equalsIgnoreCase("inf") || bare.equalsIgnoreCase("infinity")) {
            return Optional.of(sign * Double.POSITIVE_INFINITY);
        }
        // Java accepts 1f, 1d and hexadecimal floats, but Python does not.
        if (!bare.chars().allMatch(c -> "0123456789.eE+-".indexOf(c) >= 0)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Double.parseDouble(digits));
        } catch (NumberFormatException notOne) {
            return Optional.empty();
        }
    }

    /** Returns the text without surrounding space and without underscores between digits; empty if it is too long. */
    private static String number(String text) {
        if (text.length() > MAX_DIGITS) {
            return "";
        }
        String stripped = text.strip();
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < stripped.length(); i++) {
            boolean between = i > 0
                    && i < stripped.length() - 1
                    && Character.isLetterOrDigit(stripped.charAt(i - 1))
                    && Character.isLetterOrDigit(stripped.charAt(i + 1));
            if (stripped.charAt(i) != '_' || !between) {
                digits.append(stripped.charAt(i));
            }
        }
        return digits.toString();
    }

    static Value round(Value value, Arguments arguments, Budget budget) {
        long precision = arguments.integer(0, 0);
        String method = arguments.text(1, "common");
        if (method.equals("common")) {
            return Numbers.round(value, precision);
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw new TemplateException("the method of filter round must be common, ceil or floor");
        }
        double number = Numbers.real(value)
                .orElseThrow(() -> new TemplateException("filter round needs a number, but gets a " + value.type()));
        double scale = Math.pow(10, (double) precision);
        double scaled = number * scale;
        double whole = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
        return Value.of(whole / scale);
    }
}
