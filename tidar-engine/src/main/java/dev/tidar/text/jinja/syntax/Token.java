package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.value.TemplateException.Position;

/**
 * A token of a template.
 *
 * @param text its meaning: the text between tags, a name, an operator, the digits of a number without underscores, a
 *     string without its quotes and escapes
 */
record Token(Kind kind, String text, Position position) {

    enum Kind {
        DATA("text"),
        VARIABLE_BEGIN("'{{'"),
        VARIABLE_END("'}}'"),
        BLOCK_BEGIN("'{%'"),
        BLOCK_END("'%}'"),
        NAME("a name"),
        STRING("a string"),
        INTEGER("an integer"),
        FLOAT("a float"),
        OPERATOR("an operator"),
        END("the end of the template");

        private final String description;

        Kind(String description) {
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** Returns how messages refer to this token. */
    String description() {
        return kind == Kind.NAME || kind == Kind.OPERATOR ? "'" + text + "'" : kind.description();
    }
}
