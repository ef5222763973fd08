package dev.tidar.text.grammar.automaton;

import java.util.ArrayList;
import java.util.List;

/** A regular expression over code points. Immutable. */
public sealed interface Regex {

    /** The maximum of a repetition without a limit. */
    int UNBOUNDED = Integer.MAX_VALUE;

    /** Matches the empty text. */
    Regex EMPTY = new Sequence(List.of());

    /** Matches no text. */
    Regex NOTHING = new OneOf(List.of());

    /** Matches every text. */
    Regex ANY_TEXT = new Repeat(new Set(CodePoints.ALL), 0, UNBOUNDED);

    /** A code point of a set. */
    record Set(CodePoints codePoints) implements Regex {}

    /** The parts, one after the other. */
    record Sequence(List<Regex> parts) implements Regex {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** One of the choices. */
    record OneOf(List<Regex> choices) implements Regex {
        public OneOf {
            choices = List.copyOf(choices);
        }
    }

    /**
     * A part, repeated.
     *
     * @param max at least {@code min}; {@link #UNBOUNDED} for no limit
     */
    record Repeat(Regex part, int min, int max) implements Regex {
        public Repeat {
            if (min < 0 || max < min) {
                throw new IllegalArgumentException("repetition must be a range, but is {%d,%d}".formatted(min, max));
            }
        }
    }

    /** Matches the empty text at the beginning or at the end of the whole text. */
    enum Anchor implements Regex {
        BEGIN,
        END
    }

    static Regex sequence(Regex... parts) {
        return new Sequence(List.of(parts));
    }

    static Regex oneOf(Regex... choices) {
        return new OneOf(List.of(choices));
    }

    static Regex optional(Regex part) {
        return new Repeat(part, 0, 1);
    }

    static Regex anyTimes(Regex part) {
        return new Repeat(part, 0, UNBOUNDED);
    }

    static Regex times(Regex part, int count) {
        return new Repeat(part, count, count);
    }

    static Regex range(int first, int last) {
        return first > last ? NOTHING : new Set(CodePoints.of(first, last));
    }

    static Regex literal(String text) {
        List<Regex> parts = new ArrayList<>();
        text.codePoints().forEach(c -> parts.add(new Set(CodePoints.of(c))));
        return new Sequence(parts);
    }

    /** The texts in which an expression matches somewhere, which is the meaning of {@code pattern} in JSON Schema. */
    static Regex search(Regex expression) {
        return sequence(ANY_TEXT, expression, ANY_TEXT);
    }
}
