package dev.tidar.text.jinja;

/** The template itself refused its variables by {@code raise_exception}; the message is the template's own text. */
public final class TemplateRaisedException extends TemplateException {

    TemplateRaisedException(String text) {
        super(text);
    }

    @Override
    TemplateException at(Position statement) {
        return this;
    }
}
