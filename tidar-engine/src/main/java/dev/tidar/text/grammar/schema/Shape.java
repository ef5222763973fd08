package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The values of one type that a conjunction allows. Immutable. */
sealed interface Shape {

    /** Listed values: {@code enum}, {@code const}, booleans, null. */
    record Listed(List<JsonNode> values) implements Shape {
        public Listed {
            values = List.copyOf(values);
        }

        boolean contains(JsonNode value) {
            return values.stream().anyMatch(listed -> same(listed, value));
        }

        /** Equal as JSON Schema sees it: 1 and 1.0 are the same number. */
        static boolean same(JsonNode left, JsonNode right) {
            return left.equals(Listed::compare, right);
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
     * @param made the part of the range that is made; smaller where a format such as {@code int32} asks for it
     * @param multiples what they are multiples of, all of these
     */
    record Numbers(NumberRange range, NumberRange made, boolean whole, List<BigDecimal> multiples) implements Shape {
        public Numbers {
            multiples = List.copyOf(multiples);
        }

        private static final int MAX_SCALE = 500;

        boolean contains(BigDecimal value) {
            return range.contains(value)
                    && (!whole || isWhole(value))
                    && multiples.stream().allMatch(multiple -> isMultiple(value, multiple));
        }

        /** Division takes time in proportion to the exponent, so beyond this the answer is no. */
        private static boolean isMultiple(BigDecimal value, BigDecimal multiple) {
            return Math.abs((long) value.scale()) <= MAX_SCALE
                    && value.remainder(multiple).signum() == 0;
        }

        private static boolean isWhole(BigDecimal value) {
            return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
        }
    }

    /**
     * Strings.
     *
     * @param min least number of code points; {@code max} the most
     * @param patterns sets that they are in, all of these
     * @param formats sets that they are in as well, which are smaller than the formats they stand for
     */
    record Strings(int min, int max, List<TextAutomaton> patterns, List<TextAutomaton> formats) implements Shape {
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
     * @param first conjunctions of the first elements
     * @param others conjunction of all further ones
     * @param distinct where it is said that all elements differ, if anywhere
     */
    record Arrays(List<Conjunction> first, Conjunction others, int min, int max, Optional<Place> distinct)
            implements Shape {
        public Arrays {
            first = List.copyOf(first);
        }
    }

    /** Objects; {@link MembersReader} knows what their members may be. */
    record Objects(MembersReader members) implements Shape {}
}
