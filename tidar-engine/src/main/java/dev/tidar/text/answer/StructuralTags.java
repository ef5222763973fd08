package dev.tidar.text.answer;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.Tools;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The structure of an answer: which parts are free text, which tags may follow, and which parts must have a format. A
 * grammar is compiled from it. XGrammar and vLLM use the same term and similar parts. Immutable.
 */
public sealed interface StructuralTags {

    /**
     * A regular expression for the white space that JSON in answers may have wherever JSON allows white space: a line
     * break with some indentation, some spaces, or nothing.
     */
    String JSON_SPACE = "(\\r?\\n)?[ \\t]{0,20}";

    /** The empty text. */
    StructuralTags NOTHING = new Sequence(List.of());

    /**
     * Builds the structural tags of a request.
     *
     * @param syntax how the answer is read
     * @param tools the tools of the request; a grammar must be able to enforce their schemas
     * @param format the format of the answer where it calls no tool
     * @return empty if the answer may be any text
     */
    static Optional<StructuralTags> of(AnswerSyntax syntax, Tools tools, Optional<AnswerFormat> format) {
        return StructuralTagsBuilder.of(syntax, tools, format);
    }

    /** A text that satisfies a format. */
    record Formatted(AnswerFormat format) implements StructuralTags {}

    /** A tag: the token of this name if the model has one, otherwise the name as text. */
    record Tag(String name) implements StructuralTags {}

    /**
     * Free text up to and including the first occurrence of a tag.
     *
     * @param tag the tag that ends the text, as a token or as text
     * @param excludedStart a regular expression; the text does not start with a match of it
     */
    record AnyTextUntil(String tag, Optional<String> excludedStart) implements StructuralTags {}

    /**
     * Free text without certain tags, up to the end of the answer.
     *
     * @param excludedTags tags that the text does not contain, neither as tokens nor as text
     * @param excludedStart a regular expression; the text does not start with a match of it
     */
    record AnyText(Set<String> excludedTags, Optional<String> excludedStart) implements StructuralTags {

        public AnyText {
            excludedTags = Set.copyOf(excludedTags);
        }
    }

    /** The parts, one after the other. */
    record Sequence(List<StructuralTags> parts) implements StructuralTags {

        public Sequence {
            parts = List.copyOf(parts);
        }

        static Sequence of(StructuralTags... parts) {
            return new Sequence(List.of(parts));
        }
    }

    /** One of the choices. */
    record AnyOf(List<StructuralTags> choices) implements StructuralTags {

        public AnyOf {
            choices = List.copyOf(choices);
        }

        static AnyOf of(StructuralTags... choices) {
            return new AnyOf(List.of(choices));
        }
    }

    /** A part that the limit on tokens cuts; every other part is led to its end. */
    record Cuttable(StructuralTags part) implements StructuralTags {}

    /**
     * Zero or more repetitions of a part, followed by an end.
     *
     * @param part matches no empty text
     */
    record Repeated(StructuralTags part, StructuralTags end) implements StructuralTags {}
}
