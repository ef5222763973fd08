package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.tree.Expression;
import dev.tidar.text.jinja.tree.Macro;
import dev.tidar.text.jinja.tree.Statement;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.TemplateException.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Parses the tags of a template and the text between them. */
public final class StatementParser {

    private static final Set<String> OTHER_FILES = Set.of("include", "import", "from", "extends", "block");
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream tokens;
    private final KnownNames names = new KnownNames();
    private final ExpressionParser expressions;
    private int loops;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens, names);
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException with line and column, if the source is not a template
     */
    public static Parsed parse(String source) {
        List<Token> tokens = Lexer.tokenize(source);
        StatementParser parser = new StatementParser(new TokenStream(tokens));
        Statement.Body body = parser.until();
        parser.names.requireCallable();
        List<String> literals = tokens.stream()
                .filter(token -> token.kind() == Token.Kind.DATA || token.kind() == Token.Kind.STRING)
                .map(Token::text)
                .toList();
        return new Parsed(body, parser.names.read(), literals);
    }

    /**
     * A parsed template.
     *
     * @param reads the names of the variables that it reads
     * @param literals the texts between its tags and the string literals in the tags
     */
    public record Parsed(Statement.Body body, Set<String> reads, List<String> literals) {}

    /**
     * Parses statements up to one of these tags, whose name is then the current token; without any tags, up to the end.
     */
    private Statement.Body until(String... ends) {
        List<Statement> statements = new ArrayList<>();
        while (tokens.current().kind() != Token.Kind.END) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Verbatim(token.position(), token.text()));
                case VARIABLE_BEGIN -> {
                    statements.add(new Statement.Print(token.position(), expressions.tuple(true)));
                    tokens.expect(Token.Kind.VARIABLE_END);
                }
                default -> {
                    if (isOneOf(ends)) {
                        return new Statement.Body(List.copyOf(statements));
                    }
                    statements.add(tokens.nested(() -> tag(token.position())));
                    tokens.expect(Token.Kind.BLOCK_END);
                }
            }
        }
        if (ends.length > 0) {
            throw tokens.error(
                    "expected '%s', but found the end of the template".formatted(String.join("' or '", ends)));
        }
        return new Statement.Body(List.copyOf(statements));
    }

    private boolean isOneOf(String... ends) {
        return tokens.current().kind() == Token.Kind.NAME
                && Set.of(ends).contains(tokens.current().text());
    }

    /** Parses the content of a block, up to one of the tags that end it. */
    private Statement.Body body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Kind.BLOCK_END);
        return until(ends);
    }

    /** Parses the content of a block that only one tag can end, and moves past the name of that tag. */
    private Statement.Body whole(String end) {
        Statement.Body body = body(end);
        tokens.next();
        return body;
    }

    /** Parses a body that {@code break} and {@code continue} cannot leave. */
    private Statement.Body closed(String end) {
        int outer = loops;
        loops = 0;
        Statement.Body body = whole(end);
        loops = outer;
        return body;
    }

    private Statement tag(Position at) {
        Token name = tokens.expect(Token.Kind.NAME);
        return switch (name.text()) {
            case "if" -> conditional(at);
            case "for" -> loop(at);
            case "set" -> assignment(at);
            case "with" -> with(at);
            case "macro" -> macro(at);
            case "call" -> call(at);
            case "filter" -> filter(at);
            case "break" -> leave(name, at, Statement.Flow.BREAK);
            case "continue" -> leave(name, at, Statement.Flow.CONTINUE);
            default ->
                throw new TemplateException(
                        name.position(),
                        OTHER_FILES.contains(name.text())
                                ? "tag '%s' is rejected: a chat template stands alone".formatted(name.text())
                                : "unknown tag '%s'".formatted(name.text()));
        };
    }

    private Statement conditional(Position at) {
        List<Statement.If.Branch> branches = new ArrayList<>();
        do {
            Expression test = expressions.tuple(false);
            branches.add(new Statement.If.Branch(test, body("elif", "else", "endif")));
        } while (tokens.skipName("elif"));
        boolean hasElse = tokens.next().text().equals("else");
        return new Statement.If(at, branches, hasElse ? whole("endif") : Statement.Body.EMPTY);
    }

    private Statement loop(Position at) {
        Statement.Target target = target();
        tokens.expectName("in");
        Expression items = expressions.tuple(false, "recursive");
        Optional<Expression> condition =
                tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.current().isName("recursive")) {
            throw tokens.error("recursive loops are rejected");
        }
        loops++;
        Statement.Body body = body("endfor", "else");
        loops--;
        boolean hasElse = tokens.next().text().equals("else");
        Statement.Body otherwise = hasElse ? whole("endfor") : Statement.Body.EMPTY;
        return new Statement.For(at, target, items, condition, body, otherwise);
    }

    private Statement assignment(Position at) {
        Statement.Target target = target();
        if (tokens.skipOperator("=")) {
            return new Statement.Set(at, target, expressions.tuple(true));
        }
        UnaryOperator<Expression> filters = expressions.filters();
        return new Statement.Set(at, target, filters.apply(new Expression.Rendered(closed("endset"))));
    }

    /** Parses a name, a member of a namespace, or several of them between commas. */
    private Statement.Target target() {
        List<Statement.Target> targets = new ArrayList<>();
        boolean comma;
        do {
            targets.add(tokens.nested(this::singleTarget));
            comma = tokens.skipOperator(",");
        } while (comma && !tokens.current().isOperator(")"));
        return targets.size() == 1 && !comma ? targets.get(0) : new Statement.Target.Unpacked(targets);
    }

    private Statement.Target singleTarget() {
        if (tokens.skipOperator("(")) {
            Statement.Target inner = target();
            tokens.expectOperator(")");
            return inner;
        }
        Token name = assignableName();
        if (tokens.skipOperator(".")) {
            return new Statement.Target.Member(
                    name.text(), tokens.expect(Token.Kind.NAME).text());
        }
        names.assigned(name.text());
        return new Statement.Target.Name(name.text());
    }

    private Token assignableName() {
        if (CONSTANTS.contains(tokens.current().text())) {
            throw tokens.error("a constant cannot be assigned to");
        }
        return tokens.expect(Token.Kind.NAME);
    }

    private Statement with(Position at) {
        List<Statement.Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.current().kind() == Token.Kind.NAME) {
            targets.add(singleTarget());
            tokens.expectOperator("=");
            values.add(expressions.expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        return new Statement.With(at, targets, values, whole("endwith"));
    }

    private Statement macro(Position at) {
        Token name = assignableName();
        names.assigned(name.text());
        return new Statement.Define(at, definition(name.text(), parameters(), "endmacro"));
    }

    private Macro.Definition definition(String name, List<Macro.Parameter> parameters, String end) {
        int usesBefore = names.callerUses();
        Statement.Body body = closed(end);
        return new Macro.Definition(name, parameters, body, names.callerUses() > usesBefore);
    }

    private List<Macro.Parameter> parameters() {
        List<Macro.Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            parameters.add(parameter(parameters));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return parameters;
    }

    private Macro.Parameter parameter(List<Macro.Parameter> before) {
        Token name = assignableName();
        if (before.stream().anyMatch(other -> other.name().equals(name.text()))) {
            throw new TemplateException(name.position(), "parameter '%s' is named twice".formatted(name.text()));
        }
        names.assigned(name.text());
        boolean last =
                before.isEmpty() || before.get(before.size() - 1).otherwise().isEmpty();
        Optional<Expression> otherwise =
                tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
        if (otherwise.isEmpty() && !last) {
            throw new TemplateException(
                    name.position(), "parameter '%s' needs a default, as the one before it has".formatted(name.text()));
        }
        return new Macro.Parameter(name.text(), otherwise);
    }

    private Statement call(Position at) {
        List<Macro.Parameter> parameters = tokens.current().isOperator("(") ? parameters() : List.of();
        Token first = tokens.current();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw new TemplateException(first.position(), "a call block must call a macro");
        }
        Macro.Definition block = definition("caller", parameters, "endcall");
        return new Statement.Print(at, new Expression.CallWithBlock(call, block));
    }

    private Statement filter(Position at) {
        UnaryOperator<Expression> first = expressions.filter();
        UnaryOperator<Expression> others = expressions.filters();
        Expression rendered = new Expression.Rendered(closed("endfilter"));
        return new Statement.Print(at, others.apply(first.apply(rendered)));
    }

    private Statement leave(Token name, Position at, Statement.Flow flow) {
        if (loops == 0) {
            throw new TemplateException(name.position(), "'%s' must stand inside a loop".formatted(name.text()));
        }
        return new Statement.Leave(at, flow);
    }
}
