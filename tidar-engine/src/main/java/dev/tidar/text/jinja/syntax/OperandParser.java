package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.library.Filters;
import dev.tidar.text.jinja.library.Tests;
import dev.tidar.text.jinja.tree.Expression;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Parses operands: literals and names with the subscripts, calls, filters and tests that follow them. */
final class OperandParser {

    private static final Set<Token.Kind> TEST_ARGUMENTS =
            Set.of(Token.Kind.NAME, Token.Kind.STRING, Token.Kind.INTEGER, Token.Kind.FLOAT);

    private final TokenStream tokens;
    private final KnownNames names;
    private final ExpressionParser expressions;

    /** @param expressions parses the expressions in brackets */
    OperandParser(TokenStream tokens, KnownNames names, ExpressionParser expressions) {
        this.tokens = tokens;
        this.names = names;
        this.expressions = expressions;
    }

    /** Parses an operand with its signs and everything that follows it, but without filters and tests after a sign. */
    Expression unary(boolean withFilters) {
        Expression operand;
        if (tokens.skipOperator("-")) {
            operand = new Expression.Signed(true, tokens.nested(() -> unary(false)));
        } else if (tokens.skipOperator("+")) {
            operand = new Expression.Signed(false, tokens.nested(() -> unary(false)));
        } else {
            operand = primary();
        }
        Expression subject = postfix(operand);
        return withFilters ? filtersAndTests(subject) : subject;
    }

    private Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> strings();
            case INTEGER -> integer(tokens.next());
            case FLOAT ->
                new Expression.Constant(
                        Value.of(Double.parseDouble(tokens.next().text())));
            case OPERATOR -> bracket();
            default -> throw unexpected();
        };
    }

    private TemplateException unexpected() {
        return tokens.error(
                "expected an expression, but found " + tokens.current().description());
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Constant(Value.Bool.TRUE);
            case "false", "False" -> new Expression.Constant(Value.Bool.FALSE);
            case "none", "None" -> new Expression.Constant(Value.None.VALUE);
            default -> {
                names.used(token, tokens.current().isOperator("("));
                yield new Expression.Name(token.text());
            }
        };
    }

    /** Parses adjacent strings, which form one string. */
    private Expression strings() {
        StringBuilder text = new StringBuilder();
        while (tokens.current().kind() == Token.Kind.STRING) {
            text.append(tokens.next().text());
        }
        return new Expression.Constant(Value.of(text.toString()));
    }

    private static Expression integer(Token token) {
        try {
            return new Expression.Constant(Value.of(Long.parseLong(token.text())));
        } catch (NumberFormatException tooLarge) {
            throw new TemplateException(token.position(), "an integer must fit 64 bits");
        }
    }

    private Expression bracket() {
        if (tokens.skipOperator("(")) {
            Expression inner = tokens.current().isOperator(")")
                    ? new Expression.Items(Sequence.Kind.TUPLE, List.of())
                    : tokens.nested(() -> expressions.tuple(true));
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return list();
        }
        if (tokens.skipOperator("{")) {
            return dict();
        }
        throw unexpected();
    }

    private Expression list() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.current().isOperator("]")) {
            items.add(expressions.expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("]");
        return new Expression.Items(Sequence.Kind.LIST, items);
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            keys.add(expressions.expression());
            tokens.expectOperator(":");
            values.add(expressions.expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expression.Pairs(keys, values);
    }

    private Expression postfix(Expression subject) {
        Expression chain = subject;
        while (true) {
            if (tokens.skipOperator(".")) {
                chain = dotted(chain);
            } else if (tokens.skipOperator("[")) {
                chain = subscript(chain);
            } else if (tokens.current().isOperator("(")) {
                chain = new Expression.Call(chain, arguments());
            } else {
                return chain;
            }
        }
    }

    private Expression dotted(Expression subject) {
        if (tokens.current().kind() == Token.Kind.INTEGER) {
            return new Expression.Item(subject, integer(tokens.next()));
        }
        return new Expression.Attribute(subject, tokens.expect(Token.Kind.NAME).text());
    }

    private Expression subscript(Expression subject) {
        List<Optional<Expression>> bounds = new ArrayList<>();
        bounds.add(bound());
        while (bounds.size() < 3 && tokens.skipOperator(":")) {
            bounds.add(bound());
        }
        tokens.expectOperator("]");
        if (bounds.size() == 1) {
            return new Expression.Item(subject, bounds.get(0).orElseThrow(this::unexpected));
        }
        if (bounds.size() == 2) {
            bounds.add(Optional.empty());
        }
        return new Expression.Slice(subject, bounds);
    }

    private Optional<Expression> bound() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]")
                ? Optional.empty()
                : Optional.of(expressions.expression());
    }

    private Expression.ArgumentList arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.current().isOperator(")")) {
            argument(positional, named);
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new Expression.ArgumentList(positional, named);
    }

    private void argument(List<Expression> positional, Map<String, Expression> named) {
        Token token = tokens.current();
        if (token.kind() == Token.Kind.NAME && tokens.look().isOperator("=")) {
            tokens.next();
            tokens.next();
            if (named.put(token.text(), expressions.expression()) != null) {
                throw new TemplateException(token.position(), "argument '%s' is given twice".formatted(token.text()));
            }
        } else if (named.isEmpty()) {
            positional.add(expressions.expression());
        } else {
            throw tokens.error("an argument without a name must not follow one with a name");
        }
    }

    private Expression filtersAndTests(Expression subject) {
        Expression chain = subject;
        while (true) {
            if (tokens.skipOperator("|")) {
                chain = filter().apply(chain);
            } else if (tokens.skipName("is")) {
                chain = test(chain);
            } else if (tokens.current().isOperator("(")) {
                chain = new Expression.Call(chain, arguments());
            } else {
                return chain;
            }
        }
    }

    /** Parses the single filter whose name comes next. */
    UnaryOperator<Expression> filter() {
        Token name = tokens.expect(Token.Kind.NAME);
        if (!Filters.exists(name.text())) {
            throw new TemplateException(name.position(), "unknown filter '%s'".formatted(name.text()));
        }
        boolean called = tokens.current().isOperator("(");
        Expression.ArgumentList arguments = called ? arguments() : Expression.ArgumentList.NONE;
        return subject -> new Expression.Filtered(subject, name.text(), arguments);
    }

    private Expression test(Expression subject) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Token.Kind.NAME);
        if (!Tests.exists(name.text())) {
            throw new TemplateException(name.position(), "unknown test '%s'".formatted(name.text()));
        }
        Expression tested = new Expression.Tested(subject, name.text(), testArguments());
        return negated ? new Expression.Not(tested) : tested;
    }

    /** Parses arguments in brackets, or a single argument without brackets: {@code x is divisibleby 3}. */
    private Expression.ArgumentList testArguments() {
        Token token = tokens.current();
        if (token.isOperator("(")) {
            return arguments();
        }
        boolean argument = TEST_ARGUMENTS.contains(token.kind()) || token.isOperator("[") || token.isOperator("{");
        if (!argument || token.isName("else") || token.isName("or") || token.isName("and")) {
            return Expression.ArgumentList.NONE;
        }
        if (token.isName("is")) {
            throw tokens.error("tests must not be chained with 'is'");
        }
        return new Expression.ArgumentList(List.of(postfix(primary())), Map.of());
    }
}
