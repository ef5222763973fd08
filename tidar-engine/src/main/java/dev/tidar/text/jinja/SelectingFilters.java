package dev.tidar.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Filters that apply another filter or a test to each element. */
final class SelectingFilters {

    private SelectingFilters() {}

    static Value map(Value value, Arguments arguments, Rendering rendering) {
        Value attribute = arguments.named().get("attribute");
        Function<Value, Value> step =
                attribute == null ? filterOf(arguments, rendering) : attributeOf(attribute, arguments, rendering);
        List<Value> mapped = new ArrayList<>();
        for (Value item : value.elements(rendering.budget())) {
            rendering.budget().spend(1);
            mapped.add(step.apply(item));
        }
        return new Stream(mapped, rendering.budget());
    }

    private static Function<Value, Value> attributeOf(Value path, Arguments arguments, Rendering rendering) {
        Map<String, Value> named = arguments.named();
        if (arguments.count() > 0 || named.size() > (named.containsKey("default") ? 2 : 1)) {
            throw new TemplateException("filter map with an attribute takes a default and nothing else");
        }
        Value otherwise = named.getOrDefault("default", Value.None.VALUE);
        return item -> {
            Value found = Subscripts.path(item, path, rendering.budget());
            return found instanceof Value.Undefined && otherwise != Value.None.VALUE ? otherwise : found;
        };
    }

    private static Function<Value, Value> filterOf(Arguments arguments, Rendering rendering) {
        String name = arguments.text(0);
        return item -> Filters.apply(name, item, arguments.after(1), rendering);
    }

    static Value select(Value value, Arguments arguments, Rendering rendering) {
        return keep(value, testOf(arguments, rendering), rendering);
    }

    static Value reject(Value value, Arguments arguments, Rendering rendering) {
        return keep(value, testOf(arguments, rendering).negate(), rendering);
    }

    static Value selectAttribute(Value value, Arguments arguments, Rendering rendering) {
        return keep(value, attributeTestOf(arguments, rendering), rendering);
    }

    static Value rejectAttribute(Value value, Arguments arguments, Rendering rendering) {
        return keep(value, attributeTestOf(arguments, rendering).negate(), rendering);
    }

    private static Predicate<Value> attributeTestOf(Arguments arguments, Rendering rendering) {
        Value path = arguments.get(0);
        Predicate<Value> test = testOf(arguments.after(1), rendering);
        return item -> test.test(Subscripts.path(item, path, rendering.budget()));
    }

    private static Predicate<Value> testOf(Arguments arguments, Rendering rendering) {
        if (arguments.count() == 0) {
            return Value::truth;
        }
        String name = arguments.text(0);
        return item -> Tests.holds(name, item, arguments.after(1), rendering);
    }

    private static Value keep(Value value, Predicate<Value> test, Rendering rendering) {
        List<Value> kept = new ArrayList<>();
        for (Value item : value.elements(rendering.budget())) {
            rendering.budget().spend(1);
            if (test.test(item)) {
                kept.add(item);
            }
        }
        return new Stream(kept, rendering.budget());
    }
}
