package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.library.Functions;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The state of one rendering: its output, the values of its names, and its budget. Confined to one thread. */
public final class Rendering {

    private final Budget budget;
    private final Functions functions;
    private Output out;
    private Scope scope = new Scope(Optional.empty());

    /** @param variables the variables that the template can use besides the functions */
    public Rendering(Map<String, Value> variables, Functions functions, Budget budget) {
        this.budget = budget;
        this.functions = functions;
        this.out = new Output(budget);
        variables.forEach(scope::set);
        // Assignments at the top level of the template must not change the given variables.
        scope = scope.inner();
    }

    /** Names and their values; a name that is missing in a scope is looked up in the enclosing one. */
    static final class Scope {

        private final Map<String, Value> values = new HashMap<>();
        private final Optional<Scope> enclosing;

        private Scope(Optional<Scope> enclosing) {
            this.enclosing = enclosing;
        }

        Scope inner() {
            return new Scope(Optional.of(this));
        }

        void set(String name, Value value) {
            values.put(name, value);
        }

        private Optional<Value> find(String name) {
            for (Optional<Scope> at = Optional.of(this); at.isPresent(); at = at.get().enclosing) {
                Value value = at.get().values.get(name);
                if (value != null) {
                    return Optional.of(value);
                }
            }
            return Optional.empty();
        }
    }

    Budget budget() {
        return budget;
    }

    /** Returns the output that statements write to. */
    public Output out() {
        return out;
    }

    Scope scope() {
        return scope;
    }

    Value lookup(String name) {
        return scope.find(name).or(() -> functions.find(name)).orElseGet(() -> new Value.Undefined("'" + name + "'"));
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

    /** Executes a statement; an error gets the position of the innermost statement that it occurred in. */
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

    /** Runs an action in another scope. */
    <T> T within(Rendering.Scope inner, Supplier<T> action) {
        Rendering.Scope outer = scope;
        scope = inner;
        T result = action.get();
        scope = outer;
        return result;
    }

    /** Returns the text that statements render in a scope; nothing of it goes to the output. */
    Value capture(Rendering.Scope inner, Statement.Body body) {
        Output outer = out;
        out = new Output(budget);
        within(inner, () -> body.execute(this));
        Value text = out.toValue();
        out = outer;
        return text;
    }
}
