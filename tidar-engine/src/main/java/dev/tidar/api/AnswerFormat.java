package dev.tidar.api;

import java.util.List;

/** The format that an answer must have, as a request states it. Immutable. */
public sealed interface AnswerFormat {

    /** A JSON value that a schema accepts, the schema given as JSON. */
    record JsonSchema(String text) implements AnswerFormat {}

    /** Any JSON value. */
    record AnyJson() implements AnswerFormat {}

    /** A text that a regular expression matches as a whole. */
    record Regex(String expression) implements AnswerFormat {}

    /** One of these texts. */
    record Choices(List<String> texts) implements AnswerFormat {

        static final int MAX_TEXTS = 10_000;
        static final int MAX_CHARACTERS = 100_000;

        public Choices {
            texts = List.copyOf(texts);
            RequestOption.CHOICES.check(texts);
        }
    }
}
