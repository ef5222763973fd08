package dev.tidar.text.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One rendering in progress: where text goes, what names mean, what may still be spent. Confined to one thread. */
final class Rendering {

    private final Budget budget;
    private final LocalDateTime now;
    private Output out;
    private Scope scope;

    Rendering(Budget budget, LocalDateTime now, Scope scope) {
        this.budget = budget;
        this.now = now;
        this.out = new Output(budget);
        this.scope = scope;
    }

    Budget budget() {
        return budget;
    }

    /** What {@code strftime_now} formats. */
    LocalDateTime now() {
        return now;
    }

    Output out() {
        return out;
    }

    Scope scope() {
        return scope;
    }

    Scope innerScope() {
        return scope.inner();
    }

    Value lookup(String name) {
        return scope.find(name).orElseGet(() -> {
            Callable function = Functions.TABLE.get(name);
            return function == null ? new Value.Undefined("'" + name + "'") : function;
        });
    }

    Value evaluate(Expression expression) {
        budget.spend(1);
        budget.enter();
        Value value = expression.evaluate(this);
        budget.leave();
        return value;
    }

    List<Value> evaluateAll(List<Expression> expressions) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression));
        }
        return values;
    }

    /** Executes a statement; an error learns the place of the innermost one. */
    Statement.Flow execute(Statement statement) {
        budget.spend(1);
        budget.enter();
        try {
            Statement.Flow flow = statement.execute(this);
            budget.leave();
            return flow;
        } catch (TemplateException e) {
            throw e.at(statement.position());
        }
    }

    /** Does something in another scope. */
    <T> T within(Scope inner, Supplier<T> action) {
        Scope outer = scope;
        scope = inner;
        T result = action.get();
        scope = outer;
        return result;
    }

    /** The text that statements render in a scope, instead of going to the output. */
    Value capture(Scope inner, Statement.Body body) {
        Output outer = out;
        out = new Output(budget);
        within(inner, () -> body.execute(this));
        Value text = out.toValue();
        out = outer;
        return text;
    }
}
