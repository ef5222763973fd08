package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A set of JSON values of one type, as the keywords of a branch describe it. Immutable. */
sealed interface ValueSet {

    /** The listed values: those of {@code enum} and {@code const}, booleans, and null. */
    record Enumerated(List<JsonNode> values) implements ValueSet {
        public Enumerated {
            values = List.copyOf(values);
        }

        boolean contains(JsonNode value) {
            return values.stream().anyMatch(listed -> same(listed, value));
        }

        /** Whether two values are equal in the sense of JSON Schema, where 1 and 1.0 are the same number. */
        static boolean same(JsonNode left, JsonNode right) {
            return left.equals(Enumerated::compare, right);
        }

        private static int compare(JsonNode left, JsonNode right) {
            boolean equal = left.isNumber() && right.isNumber()
                    ? left.decimalValue().compareTo(right.decimalValue()) == 0
                    : left.equals(right);
            return equal ? 0 : 1;
        }
    }

    /**
     * Numbers.
     *
     * @param range the numbers that the keywords allow
     * @param generated the part of the range that is generated; it is smaller if there is a format such as
     *     {@code int32}
     * @param multiples divisors of multipleOf; a number is a multiple of each
     */
    record Numbers(NumberRange range, NumberRange generated, boolean integersOnly, List<BigDecimal> multiples)
            implements ValueSet {
        public Numbers {
            multiples = List.copyOf(multiples);
        }

        private static final int MAX_SCALE = 500;

        boolean contains(BigDecimal value) {
            return range.contains(value)
                    && (!integersOnly || isInteger(value))
                    && multiples.stream().allMatch(multiple -> isMultiple(value, multiple));
        }

        /** Division takes time in proportion to the exponent, so the answer is no if that is too large. */
        private static boolean isMultiple(BigDecimal value, BigDecimal multiple) {
            return Math.abs((long) value.scale()) <= MAX_SCALE
                    && value.remainder(multiple).signum() == 0;
        }

        private static boolean isInteger(BigDecimal value) {
            return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
        }
    }

    /**
     * Strings.
     *
     * @param min minimum number of code points
     * @param max maximum number of code points; {@code Integer.MAX_VALUE} for no limit
     * @param patterns sets of texts; a string is in each of them
     * @param formats sets of texts that are subsets of formats; a string is in each of them
     */
    record Strings(int min, int max, List<TextAutomaton> patterns, List<TextAutomaton> formats) implements ValueSet {
        public Strings {
            patterns = List.copyOf(patterns);
            formats = List.copyOf(formats);
        }

        boolean contains(String text) {
            int length = text.codePointCount(0, text.length());
            return length >= min
                    && length <= max
                    && patterns.stream().allMatch(pattern -> pattern.accepts(text))
                    && formats.stream().allMatch(format -> format.accepts(text));
        }
    }

    /**
     * Arrays.
     *
     * @param prefix conjunctions of the first elements
     * @param items conjunction of all further elements
     * @param min minimum number of elements
     * @param max maximum number of elements; {@code Integer.MAX_VALUE} for no limit
     * @param uniqueItems a schema with {@code uniqueItems}, if there is one
     */
    record Arrays(List<Conjunction> prefix, Conjunction items, int min, int max, Optional<SchemaNode> uniqueItems)
            implements ValueSet {
        public Arrays {
            prefix = List.copyOf(prefix);
        }
    }

    /** Objects; {@link MembersReader} knows their members. */
    record Objects(MembersReader members) implements ValueSet {}
}
