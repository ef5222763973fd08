package dev.tidar.api;

import java.util.List;

/** What an answer has to keep to, as a request states it. Immutable. */
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
            if (texts.isEmpty() || texts.size() > MAX_TEXTS) {
                throw new InvalidRequestException(
                        "choices must be from 1 to %d texts, but are %d".formatted(MAX_TEXTS, texts.size()));
            }
            long characters = texts.stream().mapToLong(String::length).sum();
            if (characters > MAX_CHARACTERS) {
                throw new InvalidRequestException("choices must have at most %d characters in all, but have %d"
                        .formatted(MAX_CHARACTERS, characters));
            }
            if (texts.stream().anyMatch(String::isEmpty)) {
                throw new InvalidRequestException("choices must not be empty texts, but one is");
            }
        }
    }
}
