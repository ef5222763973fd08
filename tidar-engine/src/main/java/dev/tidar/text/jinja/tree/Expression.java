package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.library.Filters;
import dev.tidar.text.jinja.library.Tests;
import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.Numbers;
import dev.tidar.text.jinja.value.Operators;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.Subscripts;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node that has a value. Callers evaluate it through {@link Rendering#evaluate}, which counts steps and depth. */
public sealed interface Expression {

    Value evaluate(Rendering rendering);

    /** A literal, such as {@code 1} or {@code 'text'}. */
    record Constant(Value value) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return value;
        }
    }

    /** A variable of the scope. */
    record Name(String name) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return rendering.lookup(name);
        }
    }

    /** A list or tuple: {@code [a, b]}, {@code (a, b)}. */
    record Items(Sequence.Kind kind, List<Expression> items) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return Sequence.of(kind, rendering.evaluateAll(items), rendering.budget());
        }
    }

    /** A dict: <code>{key: value}</code>. */
    record Pairs(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            List<Dict.Entry> entries = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                entries.add(new Dict.Entry(rendering.evaluate(keys.get(i)), rendering.evaluate(values.get(i))));
            }
            return Dict.of(entries, rendering.budget());
        }
    }

    /** {@code subject.name}. */
    record Attribute(Expression subject, String name) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return Subscripts.attribute(rendering.evaluate(subject), name);
        }
    }

    /** {@code subject[key]}. */
    record Item(Expression subject, Expression key) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(subject);
            return Subscripts.item(value, rendering.evaluate(key), rendering.budget());
        }
    }

    /**
     * A part of a sequence.
     *
     * @param bounds start, stop and step
     */
    record Slice(Expression subject, List<Optional<Expression>> bounds) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(subject);
            List<Optional<Long>> numbers = new ArrayList<>();
            for (Optional<Expression> bound : bounds) {
                numbers.add(bound.map(rendering::evaluate)
                        .filter(number -> number != Value.None.VALUE)
                        .map(Slice::integer));
            }
            return Subscripts.slice(value, numbers, rendering.budget());
        }

        private static long integer(Value bound) {
            return Numbers.integer(bound)
                    .orElseThrow(() -> new TemplateException(
                            "the bounds of a slice must be integers, but one is a " + bound.type()));
        }
    }

    /** The arguments of a call as they are written; they are evaluated in that order. */
    record ArgumentList(List<Expression> positional, Map<String, Expression> named) {

        public static final ArgumentList NONE = new ArgumentList(List.of(), Map.of());

        Arguments evaluate(Rendering rendering) {
            List<Value> values = rendering.evaluateAll(positional);
            Map<String, Value> byName = new LinkedHashMap<>();
            named.forEach((name, expression) -> byName.put(name, rendering.evaluate(expression)));
            return Arguments.of(values, byName);
        }
    }

    /** {@code callee(arguments)}. */
    record Call(Expression callee, ArgumentList arguments) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return call(rendering, arguments.evaluate(rendering));
        }

        Value call(Rendering rendering, Arguments values) {
            Value function = rendering.evaluate(callee);
            if (function instanceof Value.Callable callable) {
                return callable.call(values, rendering.budget());
            }
            if (function instanceof Value.Undefined undefined) {
                throw undefined.missing();
            }
            throw new TemplateException("a %s cannot be called".formatted(function.type()));
        }
    }

    /** {@code subject | filter(arguments)}. */
    record Filtered(Expression subject, String filter, ArgumentList arguments) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(subject);
            return Filters.apply(filter, value, arguments.evaluate(rendering), rendering.budget());
        }
    }

    /** {@code subject is test(arguments)}. */
    record Tested(Expression subject, String test, ArgumentList arguments) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(subject);
            return Value.of(Tests.holds(test, value, arguments.evaluate(rendering), rendering.budget()));
        }
    }

    /** {@code not operand}. */
    record Not(Expression operand) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return Value.of(!rendering.evaluate(operand).truth());
        }
    }

    /** {@code -operand} or {@code +operand}. */
    record Signed(boolean negative, Expression operand) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(operand);
            return negative ? Numbers.negate(value) : Numbers.plus(value);
        }
    }

    /** Gives the operand that decides, as Python does. */
    record Either(Expression left, Expression right) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(left);
            return value.truth() ? value : rendering.evaluate(right);
        }
    }

    /** Gives the operand that decides, as Python does. */
    record Both(Expression left, Expression right) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(left);
            return value.truth() ? rendering.evaluate(right) : value;
        }
    }

    /** An arithmetic operation on two operands, such as {@code left + right}. */
    record Calculation(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Value value = rendering.evaluate(left);
            return Operators.calculate(operator, value, rendering.evaluate(right), rendering.budget());
        }
    }

    /** {@code a ~ b ~ c}: the texts of the parts, one after the other. */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Output out = new Output(rendering.budget());
            rendering.evaluateAll(parts).forEach(part -> part.print(out));
            return out.toValue();
        }
    }

    /**
     * The chain {@code a < b < c}: each operand is evaluated at most once, and none after the first comparison that
     * fails.
     */
    record Comparisons(Expression first, List<Link> links) implements Expression {

        /** One operator of a chain, such as {@code <}, and the operand on its right. */
        public record Link(String operator, Expression operand) {}

        @Override
        public Value evaluate(Rendering rendering) {
            Value left = rendering.evaluate(first);
            for (Link link : links) {
                Value right = rendering.evaluate(link.operand());
                if (!Operators.holds(link.operator(), left, right, rendering.budget())) {
                    return Value.Bool.FALSE;
                }
                left = right;
            }
            return Value.Bool.TRUE;
        }
    }

    /** {@code then if test else otherwise}. */
    record Conditional(Expression test, Expression then, Optional<Expression> otherwise) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            if (rendering.evaluate(test).truth()) {
                return rendering.evaluate(then);
            }
            return otherwise
                    .map(rendering::evaluate)
                    .orElseGet(() -> new Value.Undefined("the value of an 'if' without 'else'"));
        }
    }

    /** The text that statements render in their own scope. */
    record Rendered(Statement.Body body) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            return rendering.capture(rendering.scope().inner(), body);
        }
    }

    /** The call of a macro with a block, which the macro renders by calling {@code caller}. */
    record CallWithBlock(Call call, Macro.Definition block) implements Expression {
        @Override
        public Value evaluate(Rendering rendering) {
            Arguments arguments = call.arguments().evaluate(rendering);
            Map<String, Value> named = new LinkedHashMap<>(arguments.named());
            named.put("caller", new Macro(block, rendering));
            return call.call(rendering, new Arguments(arguments.owner(), arguments.positional(), named));
        }
    }
}
