package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.value.TemplateException;
import java.util.List;

/** The tokens of a template, read in order, with a limit on how deeply its parts nest. */
final class TokenStream {

    /** Maximum nesting of brackets, signs and blocks; each level takes about a dozen stack frames. */
    private static final int MAX_NESTING = 100;

    /** A rule of the grammar. */
    interface Rule<T> {
        T parse();
    }

    private final List<Token> tokens;
    private int at;
    private int nesting;

    /** @param tokens the tokens, of which the last one is {@link Token.Kind#END} */
    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    /** Returns the current token and moves to the next one, but never past the end. */
    Token next() {
        Token token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean skipName(String name) {
        return skipIf(current().isName(name));
    }

    boolean skipOperator(String operator) {
        return skipIf(current().isOperator(operator));
    }

    private boolean skipIf(boolean wanted) {
        if (wanted) {
            next();
        }
        return wanted;
    }

    Token expect(Token.Kind kind) {
        if (current().kind() != kind) {
            throw error("expected %s, but found %s"
                    .formatted(kind.description(), current().description()));
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected '%s', but found %s".formatted(name, current().description()));
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error(
                    "expected '%s', but found %s".formatted(operator, current().description()));
        }
    }

    TemplateException error(String message) {
        return new TemplateException(current().position(), message);
    }

    /** Parses something that is nested in something else. */
    <T> T nested(Rule<T> rule) {
        if (nesting >= MAX_NESTING) {
            throw error("parts of a template must nest at most %d deep, but nest deeper".formatted(MAX_NESTING));
        }
        nesting++;
        T parsed = rule.parse();
        nesting--;
        return parsed;
    }
}
