package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.Multiples;
import static dev.tidar.text.grammar.automaton.Regex.anyTimes;
import static dev.tidar.text.grammar.automaton.Regex.literal;
import static dev.tidar.text.grammar.automaton.Regex.oneOf;
import static dev.tidar.text.grammar.automaton.Regex.optional;
import static dev.tidar.text.grammar.automaton.Regex.range;
import static dev.tidar.text.grammar.automaton.Regex.sequence;
import static dev.tidar.text.grammar.automaton.Regex.times;

import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.math.BigDecimal;
import java.util.List;

/**
 * The spellings of numbers within bounds, exact to the digit.
 *
 * <p>A number without bounds may have an exponent; one with bounds is made without. Digits are limited to those that a
 * {@code double} or a {@code long} can hold, and to those that the bounds have.
 */
final class NumberLanguage {

    private static final int INTEGER_DIGITS = 18; // of a long
    private static final int WHOLE_DIGITS = 15; // of a double, which then is exact
    private static final int FRACTION_DIGITS = 16;
    private static final int MAX_BOUND_DIGITS = 60;
    private static final int MAX_DIVISOR_DIGITS = 15;
    private static final BigDecimal MAX_DIVISOR = BigDecimal.valueOf(2_000);

    private static final Regex DIGIT = range('0', '9');
    private static final Regex NONZERO = range('1', '9');
    private static final Regex DIGITS = anyTimes(DIGIT);
    private static final Regex MINUS = literal("-");
    private static final Regex POINT = literal(".");
    private static final Regex ZEROS = anyTimes(literal("0"));
    private static final Regex ANY_FRACTION = optional(sequence(POINT, DIGIT, DIGITS));
    private static final Regex NOT_NEGATIVE = sequence(oneOf(literal("0"), sequence(NONZERO, DIGITS)), ANY_FRACTION);

    private NumberLanguage() {}

    static boolean canCompareWith(BigDecimal bound) {
        return bound.precision() <= MAX_BOUND_DIGITS && Math.abs(bound.scale()) <= MAX_BOUND_DIGITS;
    }

    static boolean canDivideBy(BigDecimal divisor) {
        BigDecimal bare = divisor.stripTrailingZeros();
        return bare.scale() <= MAX_DIVISOR_DIGITS
                && bare.scale() >= -MAX_DIVISOR_DIGITS
                && bare.scaleByPowerOfTen(Math.max(0, bare.scale())).compareTo(MAX_DIVISOR) <= 0;
    }

    static TextAutomaton of(Shape.Numbers numbers, Work work) {
        NumberRange range = numbers.made();
        TextAutomaton all = TextAutomaton.of(size(numbers), work);
        if (range.low().isPresent()) {
            all = all.and(TextAutomaton.of(atLeast(range.low().get()), work), work);
        }
        if (range.high().isPresent()) {
            all = all.and(TextAutomaton.of(atMost(range.high().get()), work), work);
        }
        for (BigDecimal multiple : numbers.multiples()) {
            all = all.and(Multiples.of(multiple, work), work);
        }
        return all;
    }

    /** Numbers of as many digits as are made. */
    private static Regex size(Shape.Numbers numbers) {
        NumberRange range = numbers.made();
        // Validators divide in double precision.
        int digits = numbers.whole() && numbers.multiples().isEmpty() ? INTEGER_DIGITS : WHOLE_DIGITS;
        int fraction = FRACTION_DIGITS;
        for (NumberRange.Bound bound : List.of(
                range.low().orElse(new NumberRange.Bound(BigDecimal.ZERO, false)),
                range.high().orElse(new NumberRange.Bound(BigDecimal.ZERO, false)))) {
            digits = Math.max(digits, wholePart(bound.value().abs()).length() + (numbers.whole() ? 0 : 1));
            fraction = Math.max(fraction, bound.value().scale() + 1);
        }
        if (numbers.whole()) {
            return oneOf(literal("0"), sequence(optional(MINUS), NONZERO, new Regex.Repeat(DIGIT, 0, digits - 1)));
        }
        Regex plain = sequence(
                optional(MINUS),
                oneOf(literal("0"), sequence(NONZERO, new Regex.Repeat(DIGIT, 0, digits - 1))),
                optional(sequence(POINT, new Regex.Repeat(DIGIT, 1, fraction))));
        boolean bare = range.equals(NumberRange.ALL) && numbers.multiples().isEmpty();
        return bare ? sequence(plain, optional(exponent())) : plain;
    }

    private static Regex exponent() {
        return sequence(
                oneOf(literal("e"), literal("E")),
                optional(oneOf(literal("+"), literal("-"))),
                new Regex.Repeat(DIGIT, 1, 2));
    }

    private static Regex atLeast(NumberRange.Bound bound) {
        return bound.value().signum() < 0
                ? oneOf(NOT_NEGATIVE, sequence(MINUS, within(bound.value().negate(), bound.strict())))
                : beyond(bound.value(), bound.strict());
    }

    private static Regex atMost(NumberRange.Bound bound) {
        if (bound.value().signum() > 0 || bound.value().signum() == 0 && !bound.strict()) {
            return oneOf(sequence(MINUS, NOT_NEGATIVE), within(bound.value(), bound.strict()));
        }
        return sequence(MINUS, beyond(bound.value().negate(), bound.strict()));
    }

    private static String wholePart(BigDecimal bound) {
        String plain = bound.toPlainString();
        return plain.contains(".") ? plain.substring(0, plain.indexOf('.')) : plain;
    }

    /** Digits after the point, without zeros at the end. */
    private static String fractionPart(BigDecimal bound) {
        String plain = bound.toPlainString();
        return plain.contains(".") ? plain.substring(plain.indexOf('.') + 1).replaceAll("0+$", "") : "";
    }

    /** Numbers without sign that are the bound or more. */
    private static Regex beyond(BigDecimal bound, boolean strict) {
        String whole = wholePart(bound);
        return oneOf(
                sequence(wholeAbove(whole), ANY_FRACTION),
                sequence(literal(whole), fractionBeyond(fractionPart(bound), strict)));
    }

    /** Numbers without sign that are the bound or less. */
    private static Regex within(BigDecimal bound, boolean strict) {
        String whole = wholePart(bound);
        return oneOf(
                sequence(wholeBelow(whole), ANY_FRACTION),
                sequence(literal(whole), fractionWithin(fractionPart(bound), strict)));
    }

    private static Regex wholeAbove(String bound) {
        Regex above = sequence(NONZERO, times(DIGIT, bound.length()), DIGITS);
        for (int i = 0; i < bound.length(); i++) {
            Regex higher = range(bound.charAt(i) + 1, '9');
            above = oneOf(
                    above, sequence(literal(bound.substring(0, i)), higher, times(DIGIT, bound.length() - i - 1)));
        }
        return above;
    }

    private static Regex wholeBelow(String bound) {
        Regex below = bound.equals("0") ? Regex.NOTHING : literal("0");
        if (bound.length() > 1) {
            below = oneOf(below, sequence(NONZERO, new Regex.Repeat(DIGIT, 0, bound.length() - 2)));
        }
        for (int i = 0; i < bound.length(); i++) {
            Regex lower = range(i == 0 ? '1' : '0', bound.charAt(i) - 1);
            below = oneOf(below, sequence(literal(bound.substring(0, i)), lower, times(DIGIT, bound.length() - i - 1)));
        }
        return below;
    }

    private static Regex fractionBeyond(String bound, boolean strict) {
        if (bound.isEmpty()) {
            return strict ? sequence(POINT, ZEROS, NONZERO, DIGITS) : ANY_FRACTION;
        }
        Regex rest = strict ? sequence(ZEROS, NONZERO, DIGITS) : DIGITS;
        for (int i = bound.length() - 1; i >= 0; i--) {
            char digit = bound.charAt(i);
            rest = oneOf(sequence(range(digit + 1, '9'), DIGITS), sequence(range(digit, digit), rest));
        }
        return sequence(POINT, rest);
    }

    private static Regex fractionWithin(String bound, boolean strict) {
        Regex equal = strict ? Regex.NOTHING : ZEROS;
        if (bound.isEmpty()) {
            return strict ? Regex.NOTHING : optional(sequence(POINT, literal("0"), ZEROS));
        }
        Regex rest = equal;
        for (int i = bound.length() - 1; i >= 0; i--) {
            char digit = bound.charAt(i);
            Regex here = oneOf(sequence(range('0', digit - 1), DIGITS), sequence(range(digit, digit), rest));
            rest = i == 0 ? here : optional(here); // to stop early is to be less
        }
        return optional(sequence(POINT, rest));
    }
}
