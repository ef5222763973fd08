package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.Subscripts;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Filters that apply another filter or a test to each element. */
final class SelectingFilters {

    private SelectingFilters() {}

    static Value map(Value value, Arguments arguments, Budget budget) {
        Value attribute = arguments.named().get("attribute");
        Function<Value, Value> step =
                attribute == null ? filterOf(arguments, budget) : attributeOf(attribute, arguments, budget);
        List<Value> mapped = new ArrayList<>();
        for (Value item : value.elements(budget)) {
            budget.spend(1);
            mapped.add(step.apply(item));
        }
        return new Sequence.Generator(mapped, budget);
    }

    private static Function<Value, Value> attributeOf(Value path, Arguments arguments, Budget budget) {
        Map<String, Value> named = arguments.named();
        if (arguments.count() > 0 || named.size() > (named.containsKey("default") ? 2 : 1)) {
            throw new TemplateException("filter map with an attribute takes a default and nothing else");
        }
        Value otherwise = named.getOrDefault("default", Value.None.VALUE);
        return item -> {
            Value found = Subscripts.path(item, path, budget);
            return found instanceof Value.Undefined && otherwise != Value.None.VALUE ? otherwise : found;
        };
    }

    private static Function<Value, Value> filterOf(Arguments arguments, Budget budget) {
        String name = arguments.text(0);
        return item -> Filters.apply(name, item, arguments.after(1), budget);
    }

    static Value select(Value value, Arguments arguments, Budget budget) {
        return keep(value, testOf(arguments, budget), budget);
    }

    static Value reject(Value value, Arguments arguments, Budget budget) {
        return keep(value, testOf(arguments, budget).negate(), budget);
    }

    static Value selectAttribute(Value value, Arguments arguments, Budget budget) {
        return keep(value, attributeTestOf(arguments, budget), budget);
    }

    static Value rejectAttribute(Value value, Arguments arguments, Budget budget) {
        return keep(value, attributeTestOf(arguments, budget).negate(), budget);
    }

    private static Predicate<Value> attributeTestOf(Arguments arguments, Budget budget) {
        Value path = arguments.get(0);
        Predicate<Value> test = testOf(arguments.after(1), budget);
        return item -> test.test(Subscripts.path(item, path, budget));
    }

    private static Predicate<Value> testOf(Arguments arguments, Budget budget) {
        if (arguments.count() == 0) {
            return Value::truth;
        }
        String name = arguments.text(0);
        return item -> Tests.holds(name, item, arguments.after(1), budget);
    }

    private static Value keep(Value value, Predicate<Value> test, Budget budget) {
        List<Value> kept = new ArrayList<>();
        for (Value item : value.elements(budget)) {
            budget.spend(1);
            if (test.test(item)) {
                kept.add(item);
            }
        }
        return new Sequence.Generator(kept, budget);
    }
}
