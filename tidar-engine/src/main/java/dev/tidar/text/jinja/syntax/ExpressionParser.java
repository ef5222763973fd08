package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.tree.Expression;
import dev.tidar.text.jinja.value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Parses operators with the grammar and the precedence of Jinja2, in which power associates to the left. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");
    private static final Set<String> SUMS = Set.of("+", "-");

    private final TokenStream tokens;
    private final OperandParser operands;

    ExpressionParser(TokenStream tokens, KnownNames names) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, names, this);
    }

    /** Parses an expression, or several between commas, which form a tuple. */
    Expression tuple(boolean conditionals, String... endNames) {
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!endsTuple(endNames)) {
            items.add(conditionals ? expression() : tokens.nested(this::or));
            comma = tokens.skipOperator(",");
            if (!comma) {
                break;
            }
        }
        if (items.isEmpty()) {
            throw tokens.error(
                    "expected an expression, but found " + tokens.current().description());
        }
        return items.size() == 1 && !comma ? items.get(0) : new Expression.Items(Sequence.Kind.TUPLE, items);
    }

    private boolean endsTuple(String... endNames) {
        Token token = tokens.current();
        return token.kind() == Token.Kind.VARIABLE_END
                || token.kind() == Token.Kind.BLOCK_END
                || token.isOperator(")")
                || token.kind() == Token.Kind.NAME && Set.of(endNames).contains(token.text());
    }

    Expression expression() {
        return tokens.nested(this::conditional);
    }

    private Expression conditional() {
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression test = or();
            Optional<Expression> otherwise =
                    tokens.skipName("else") ? Optional.of(tokens.nested(this::conditional)) : Optional.empty();
            value = new Expression.Conditional(test, value, otherwise);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Expression.Either(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Expression.Both(left, not());
        }
        return left;
    }

    private Expression not() {
        return tokens.skipName("not") ? new Expression.Not(tokens.nested(this::not)) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Comparisons.Link> links = new ArrayList<>();
        for (Optional<String> operator = comparisonOperator(); operator.isPresent(); operator = comparisonOperator()) {
            links.add(new Expression.Comparisons.Link(operator.get(), sum()));
        }
        return links.isEmpty() ? first : new Expression.Comparisons(first, links);
    }

    private Optional<String> comparisonOperator() {
        Token token = tokens.current();
        if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
            return Optional.of(tokens.next().text());
        }
        if (tokens.skipName("in")) {
            return Optional.of("in");
        }
        if (token.isName("not") && tokens.look().isName("in")) {
            tokens.next();
            tokens.next();
            return Optional.of("not in");
        }
        return Optional.empty();
    }

    private Expression sum() {
        return calculation(SUMS, this::concatenation);
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(parts);
    }

    private Expression product() {
        return calculation(PRODUCTS, this::power);
    }

    private Expression power() {
        return calculation(Set.of("**"), () -> operands.unary(true));
    }

    private Expression calculation(Set<String> operators, TokenStream.Rule<Expression> operand) {
        Expression left = operand.parse();
        while (tokens.current().kind() == Token.Kind.OPERATOR
                && operators.contains(tokens.current().text())) {
            left = new Expression.Calculation(tokens.next().text(), left, operand.parse());
        }
        return left;
    }

    /** Parses all filters that follow, combined into one function. */
    UnaryOperator<Expression> filters() {
        UnaryOperator<Expression> chain = UnaryOperator.identity();
        while (tokens.skipOperator("|")) {
            UnaryOperator<Expression> before = chain;
            UnaryOperator<Expression> last = filter();
            chain = subject -> last.apply(before.apply(subject));
        }
        return chain;
    }

    /** Parses the single filter whose name comes next. */
    UnaryOperator<Expression> filter() {
        return operands.filter();
    }
}
