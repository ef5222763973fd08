package dev.tidar.text.grammar.schema;

import static dev.tidar.text.grammar.automaton.Regex.anyTimes;
import static dev.tidar.text.grammar.automaton.Regex.literal;
import static dev.tidar.text.grammar.automaton.Regex.oneOf;
import static dev.tidar.text.grammar.automaton.Regex.optional;
import static dev.tidar.text.grammar.automaton.Regex.range;
import static dev.tidar.text.grammar.automaton.Regex.sequence;
import static dev.tidar.text.grammar.automaton.Regex.times;

import dev.tidar.text.grammar.automaton.Multiples;
import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.math.BigDecimal;
import java.util.List;

/**
 * The spellings of numbers within bounds, as automata that are exact to the last digit.
 *
 * <p>Numbers without bounds may have an exponent; numbers with bounds are generated without one. The number of digits
 * is limited to what a {@code double} or a {@code long} can hold, or to what the bounds have if that is more.
 */
final class NumberLanguage {

    private static final int INTEGER_DIGITS = 18; // those that every long can hold
    private static final int WHOLE_DIGITS = 15; // those that a double holds exactly
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

    static TextAutomaton of(ValueSet.Numbers numbers, Work work) {
        NumberRange range = numbers.generated();
        TextAutomaton all = TextAutomaton.of(spellings(numbers), work);
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

    /** The spellings with an allowed number of digits. */
    private static Regex spellings(ValueSet.Numbers numbers) {
        NumberRange range = numbers.generated();
        // Validators check multipleOf in double precision, so multiples have no more digits than a double holds.
        int digits = numbers.integersOnly() && numbers.multiples().isEmpty() ? INTEGER_DIGITS : WHOLE_DIGITS;
        int fraction = FRACTION_DIGITS;
        for (NumberRange.Bound bound : List.of(
                range.low().orElse(new NumberRange.Bound(BigDecimal.ZERO, false)),
                range.high().orElse(new NumberRange.Bound(BigDecimal.ZERO, false)))) {
            digits = Math.max(digits, wholePart(bound.value().abs()).length() + (numbers.integersOnly() ? 0 : 1));
            fraction = Math.max(fraction, bound.value().scale() + 1);
        }
        if (numbers.integersOnly()) {
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
                ? oneOf(
                        NOT_NEGATIVE,
                        sequence(MINUS, unsignedAtMost(bound.value().negate(), bound.strict())))
                : unsignedAtLeast(bound.value(), bound.strict());
    }

    private static Regex atMost(NumberRange.Bound bound) {
        if (bound.value().signum() > 0 || bound.value().signum() == 0 && !bound.strict()) {
            return oneOf(sequence(MINUS, NOT_NEGATIVE), unsignedAtMost(bound.value(), bound.strict()));
        }
        return sequence(MINUS, unsignedAtLeast(bound.value().negate(), bound.strict()));
    }

    private static String wholePart(BigDecimal bound) {
        String plain = bound.toPlainString();
        return plain.contains(".") ? plain.substring(0, plain.indexOf('.')) : plain;
    }

    /** The digits after the decimal point, without trailing zeros. */
    private static String fractionPart(BigDecimal bound) {
        String plain = bound.toPlainString();
        return plain.contains(".") ? plain.substring(plain.indexOf('.') + 1).replaceAll("0+$", "") : "";
    }

    /** Numbers without a sign that are at least the bound, or greater if it is strict. */
    private static Regex unsignedAtLeast(BigDecimal bound, boolean strict) {
        String whole = wholePart(bound);
        return oneOf(
                sequence(wholeAbove(whole), ANY_FRACTION),
                sequence(literal(whole), fractionAtLeast(fractionPart(bound), strict)));
    }

    /** Numbers without a sign that are at most the bound, or less if it is strict. */
    private static Regex unsignedAtMost(BigDecimal bound, boolean strict) {
        String whole = wholePart(bound);
        return oneOf(
                sequence(wholeBelow(whole), ANY_FRACTION),
                sequence(literal(whole), fractionAtMost(fractionPart(bound), strict)));
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

    private static Regex fractionAtLeast(String bound, boolean strict) {
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

    private static Regex fractionAtMost(String bound, boolean strict) {
        Regex equal = strict ? Regex.NOTHING : ZEROS;
        if (bound.isEmpty()) {
            return strict ? Regex.NOTHING : optional(sequence(POINT, literal("0"), ZEROS));
        }
        Regex rest = equal;
        for (int i = bound.length() - 1; i >= 0; i--) {
            char digit = bound.charAt(i);
            Regex here = oneOf(sequence(range('0', digit - 1), DIGITS), sequence(range(digit, digit), rest));
            rest = i == 0 ? here : optional(here); // a fraction that stops earlier is smaller
        }
        return optional(sequence(POINT, rest));
    }
}
