package dev.tidar.text.jinja;

import java.util.Objects;
import java.util.Optional;

/**
 * A template that cannot be parsed, or cannot be rendered within its limits. Messages name parts of the template and
 * the kinds of values, never the values themselves, so that no prompt text leaks into a log.
 */
public class TemplateException extends RuntimeException {

    private final Optional<Position> position;

    TemplateException(String message) {
        super(message);
        this.position = Optional.empty();
    }

    TemplateException(Position position, String message) {
        super("line %d, column %d: %s".formatted(position.line(), position.column(), message));
        this.position = Optional.of(position);
    }

    /** Where in the template; always known for what is refused at parse. */
    public Optional<Position> position() {
        return position;
    }

    /** This error, placed at the innermost statement that it happened in. */
    TemplateException at(Position statement) {
        return position.isPresent() ? this : new TemplateException(statement, Objects.requireNonNull(getMessage()));
    }
}
