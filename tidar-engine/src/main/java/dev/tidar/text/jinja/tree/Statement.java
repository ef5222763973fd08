package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.library.Functions;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.TemplateException.Position;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node that renders or assigns. Callers execute it through {@link Rendering#execute}, which counts steps and depth.
 */
public sealed interface Statement {

    /** Returns where the tag of this statement starts. */
    Position position();

    Flow execute(Rendering rendering);

    /** How execution continues after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** Statements that are executed in order, up to one that leaves the enclosing loop. */
    record Body(List<Statement> statements) {

        public static final Body EMPTY = new Body(List.of());

        public Flow execute(Rendering rendering) {
            for (Statement statement : statements) {
                Flow flow = rendering.execute(statement);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        }
    }

    /** The text between tags. */
    record Verbatim(Position position, String text) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            rendering.out().append(text);
            return Flow.NEXT;
        }
    }

    /** <code>{{ value }}</code>. */
    record Print(Position position, Expression value) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            rendering.evaluate(value).print(rendering.out());
            return Flow.NEXT;
        }
    }

    /** An {@code if} tag with its {@code elif} and {@code else}. */
    record If(Position position, List<Branch> branches, Body otherwise) implements Statement {

        /** What is executed if a test is true. */
        public record Branch(Expression test, Body body) {}

        @Override
        public Flow execute(Rendering rendering) {
            for (Branch branch : branches) {
                if (rendering.evaluate(branch.test()).truth()) {
                    return branch.body().execute(rendering);
                }
            }
            return otherwise.execute(rendering);
        }
    }

    /** Each iteration has its own scope, so that its assignments end with it. */
    record For(
            Position position,
            Target target,
            Expression items,
            Optional<Expression> condition,
            Body body,
            Body otherwise)
            implements Statement {

        @Override
        public Flow execute(Rendering rendering) {
            List<Value> visited = visited(rendering);
            if (visited.isEmpty()) {
                return rendering.within(rendering.scope().inner(), () -> otherwise.execute(rendering));
            }
            Loop loop = new Loop(visited);
            for (int i = 0; i < visited.size(); i++) {
                loop.moveTo(i);
                if (turn(loop, visited.get(i), rendering) == Flow.BREAK) {
                    break;
                }
            }
            return Flow.NEXT;
        }

        private Flow turn(Loop loop, Value item, Rendering rendering) {
            rendering.budget().spend(1);
            return rendering.within(rendering.scope().inner(), () -> {
                rendering.scope().set("loop", loop);
                target.assign(item, rendering);
                return body.execute(rendering);
            });
        }

        private List<Value> visited(Rendering rendering) {
            List<Value> all = rendering.evaluate(items).elements(rendering.budget());
            if (condition.isEmpty()) {
                return all;
            }
            List<Value> chosen = new ArrayList<>();
            for (Value item : all) {
                boolean holds = rendering.within(rendering.scope().inner(), () -> {
                    target.assign(item, rendering);
                    return rendering.evaluate(condition.get()).truth();
                });
                if (holds) {
                    chosen.add(item);
                }
            }
            return chosen;
        }
    }

    /** A {@code set} tag with an expression. */
    record Set(Position position, Target target, Expression value) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            target.assign(rendering.evaluate(value), rendering);
            return Flow.NEXT;
        }
    }

    /** All values are evaluated in the enclosing scope before any of the names is set. */
    record With(Position position, List<Target> targets, List<Expression> values, Body body) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            List<Value> assigned = rendering.evaluateAll(values);
            return rendering.within(rendering.scope().inner(), () -> {
                for (int i = 0; i < assigned.size(); i++) {
                    targets.get(i).assign(assigned.get(i), rendering);
                }
                return body.execute(rendering);
            });
        }
    }

    /** A {@code macro} tag. */
    record Define(Position position, Macro.Definition macro) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            rendering.scope().set(macro.name(), new Macro(macro, rendering));
            return Flow.NEXT;
        }
    }

    /** A {@code break} or {@code continue} tag. */
    record Leave(Position position, Flow flow) implements Statement {
        @Override
        public Flow execute(Rendering rendering) {
            return flow;
        }
    }

    /** The target of an assignment. */
    sealed interface Target {

        void assign(Value value, Rendering rendering);

        /** A variable of the current scope. */
        record Name(String name) implements Target {
            @Override
            public void assign(Value value, Rendering rendering) {
                rendering.scope().set(name, value);
            }
        }

        /** The target {@code namespace.attribute}. */
        record Member(String namespace, String attribute) implements Target {
            @Override
            public void assign(Value value, Rendering rendering) {
                if (!(rendering.lookup(namespace) instanceof Functions.Namespace owner)) {
                    throw new TemplateException(
                            "'%s' must be a namespace to assign to its '%s'".formatted(namespace, attribute));
                }
                owner.set(attribute, value);
            }
        }

        /** Several targets, each for one element of a value. */
        record Unpacked(List<Target> targets) implements Target {
            @Override
            public void assign(Value value, Rendering rendering) {
                if (value instanceof Value.Undefined undefined) {
                    throw undefined.missing();
                }
                List<Value> elements = value.elements(rendering.budget());
                if (elements.size() != targets.size()) {
                    throw new TemplateException("a value to unpack must have %d elements, but has %d"
                            .formatted(targets.size(), elements.size()));
                }
                for (int i = 0; i < elements.size(); i++) {
                    targets.get(i).assign(elements.get(i), rendering);
                }
            }
        }
    }
}
