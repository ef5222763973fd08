package dev.tidar.text.jinja.value;

import java.util.Objects;
import java.util.Optional;

/**
 * The error for a template that cannot be parsed, or cannot be rendered within its limits. Messages name parts of the
 * template and the kinds of values, never the values themselves, so that no prompt text leaks into a log.
 */
public class TemplateException extends RuntimeException {

    /**
     * A place in the source of a template.
     *
     * @param line counted from 1
     * @param column counted from 1, in UTF-16 code units
     */
    public record Position(int line, int column) {}

    private final Optional<Position> position;

    public TemplateException(String message) {
        super(message);
        this.position = Optional.empty();
    }

    public TemplateException(Position position, String message) {
        super("line %d, column %d: %s".formatted(position.line(), position.column(), message));
        this.position = Optional.of(position);
    }

    /** Returns the place in the template; always present if the parser rejects it. */
    public Optional<Position> position() {
        return position;
    }

    /** Returns this error with the position of the innermost statement in which it occurred. */
    public TemplateException at(Position statement) {
        return position.isPresent() ? this : new TemplateException(statement, Objects.requireNonNull(getMessage()));
    }

    /**
     * The template itself rejected its variables with {@code raise_exception}; the message is the template's own text.
     */
    public static final class Raised extends TemplateException {

        public Raised(String text) {
            super(text);
        }

        @Override
        public TemplateException at(Position statement) {
            return this;
        }
    }
}
