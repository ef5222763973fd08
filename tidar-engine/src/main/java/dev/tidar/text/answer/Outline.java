package dev.tidar.text.answer;

import dev.tidar.api.AnswerFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The outline of an answer: where it is free, where tags stand, and which of its parts are held to a format. A grammar
 * is compiled from it. Immutable.
 */
public sealed interface Outline {

    /**
     * Expression of the white space that JSON has in answers, wherever it may stand: a line break and some indentation,
     * or some spaces, or nothing.
     */
    String JSON_SPACE = "(\\r?\\n)?[ \\t]{0,20}";

    /** Nothing at all. */
    Outline NOTHING = new InTurn(List.of());

    /** A value of a format. */
    record Value(AnswerFormat format) implements Outline {}

    /** A tag: the token of this name where the model has one, else its text. */
    record Tag(String name) implements Outline {}

    /**
     * Any text that ends with the first of a tag.
     *
     * @param tag what it ends with, as token or as text
     * @param without expression of what it does not begin with
     */
    record UpTo(String tag, Optional<String> without) implements Outline {}

    /**
     * Any text without tags, to the end of the answer.
     *
     * @param tags what is not in it, as tokens or as text
     * @param without expression of what it does not begin with
     */
    record Free(Set<String> tags, Optional<String> without) implements Outline {

        public Free {
            tags = Set.copyOf(tags);
        }
    }

    /** One part after the other. */
    record InTurn(List<Outline> parts) implements Outline {

        public InTurn {
            parts = List.copyOf(parts);
        }

        static InTurn of(Outline... parts) {
            return new InTurn(List.of(parts));
        }
    }

    /** One of several. */
    record AnyOf(List<Outline> choices) implements Outline {

        public AnyOf {
            choices = List.copyOf(choices);
        }

        static AnyOf of(Outline... choices) {
            return new AnyOf(List.of(choices));
        }
    }

    /**
     * A part any number of times, and then the end.
     *
     * @param part not empty
     */
    record Repeated(Outline part, Outline end) implements Outline {}
}
