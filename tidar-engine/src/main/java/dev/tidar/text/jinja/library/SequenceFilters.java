package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.LetterCase;
import dev.tidar.text.jinja.value.Operators;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.Subscripts;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters on lists, dicts and other values that a loop can visit. */
final class SequenceFilters {

    private SequenceFilters() {}

    static Value batch(Value value, Arguments arguments, Budget budget) {
        List<Value> items = value.elements(budget);
        long size = arguments.integer(0);
        if (size < 1) {
            throw arguments.wrong(0, "at least 1");
        }
        int step = (int) Math.min(size, Math.max(1, items.size()));
        List<Value> batches = new ArrayList<>();
        for (int from = 0; from < items.size(); from += step) {
            batches.add(Sequence.list(items.subList(from, Math.min(items.size(), from + step)), budget));
        }
        return new Sequence.Generator(batches, budget);
    }

    static Value first(Value value, Arguments arguments, Budget budget) {
        List<Value> items = value.elements(budget);
        return items.isEmpty() ? new Value.Undefined("the first of nothing") : items.get(0);
    }

    static Value last(Value value, Arguments arguments, Budget budget) {
        requireOrder(value, "last");
        List<Value> items = value.elements(budget);
        return items.isEmpty() ? new Value.Undefined("the last of nothing") : items.get(items.size() - 1);
    }

    static Value reverse(Value value, Arguments arguments, Budget budget) {
        if (value instanceof Text text) {
            budget.spend(text.value().length());
            return Value.of(new StringBuilder(text.value()).reverse().toString());
        }
        List<Value> items = new ArrayList<>(value.elements(budget));
        Collections.reverse(items);
        return new Sequence.Generator(items, budget);
    }

    private static void requireOrder(Value value, String filter) {
        if (value instanceof Sequence.Generator) {
            throw new TemplateException("filter %s needs a list, but gets a %s".formatted(filter, value.type()));
        }
    }

    static Value items(Value value, Arguments arguments, Budget budget) {
        if (value instanceof Value.Undefined) {
            return new Sequence.Generator(List.of(), budget);
        }
        if (value instanceof Dict dict) {
            return new Sequence.Generator(dict.items(budget).items(), budget);
        }
        throw new TemplateException("filter items needs a dict, but gets a " + value.type());
    }

    static Value join(Value value, Arguments arguments, Budget budget) {
        String separator = Value.text(arguments.get(0, Value.of("")), budget);
        UnaryOperator<Value> attribute = attribute(arguments, 1, budget);
        Output out = new Output(budget);
        String before = "";
        for (Value item : value.elements(budget)) {
            out.append(before);
            attribute.apply(item).print(out);
            before = separator;
        }
        return out.toValue();
    }

    static Value sum(Value value, Arguments arguments, Budget budget) {
        UnaryOperator<Value> attribute = attribute(arguments, 0, budget);
        Value sum = arguments.get(1, Value.of(0));
        for (Value item : value.elements(budget)) {
            sum = Operators.calculate("+", sum, attribute.apply(item), budget);
        }
        return sum;
    }

    static Value min(Value value, Arguments arguments, Budget budget) {
        return extreme(value, arguments, budget, 1);
    }

    static Value max(Value value, Arguments arguments, Budget budget) {
        return extreme(value, arguments, budget, -1);
    }

    private static Value extreme(Value value, Arguments arguments, Budget budget, int sign) {
        UnaryOperator<Value> key = key(arguments, 0, 1, budget);
        List<Value> items = value.elements(budget);
        if (items.isEmpty()) {
            return new Value.Undefined("the extreme of nothing");
        }
        Value best = items.get(0);
        for (Value item : items.subList(1, items.size())) {
            best = sign * Operators.compare(key.apply(item), key.apply(best), budget) < 0 ? item : best;
        }
        return best;
    }

    static Value sort(Value value, Arguments arguments, Budget budget) {
        List<Value> items = new ArrayList<>(value.elements(budget));
        sortBy(items, key(arguments, 1, 2, budget), arguments.flag(0, false), budget);
        return Sequence.list(items, budget);
    }

    static Value dictSort(Value value, Arguments arguments, Budget budget) {
        if (!(value instanceof Dict dict)) {
            throw new TemplateException("filter dictsort needs a dict, but gets a " + value.type());
        }
        String by = arguments.text(1, "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw arguments.wrong(1, "'key' or 'value'");
        }
        boolean caseSensitive = arguments.flag(0, false);
        int place = by.equals("key") ? 0 : 1;
        List<Value> pairs = new ArrayList<>(dict.items(budget).items());
        UnaryOperator<Value> key = pair -> folded(((Sequence) pair).items().get(place), caseSensitive, budget);
        sortBy(pairs, key, arguments.flag(2, false), budget);
        return Sequence.list(pairs, budget);
    }

    private static void sortBy(List<Value> items, UnaryOperator<Value> key, boolean reverse, Budget budget) {
        Comparator<Value> order = (a, b) -> Operators.compare(key.apply(a), key.apply(b), budget);
        items.sort(reverse ? order.reversed() : order);
    }

    static Value unique(Value value, Arguments arguments, Budget budget) {
        UnaryOperator<Value> key = key(arguments, 0, 1, budget);
        Map<Object, Value> firsts = new LinkedHashMap<>();
        for (Value item : value.elements(budget)) {
            budget.spend(1);
            firsts.putIfAbsent(key.apply(item).key(), item);
        }
        return new Sequence.Generator(List.copyOf(firsts.values()), budget);
    }

    /**
     * Returns the key by which elements are compared: the named attribute or the element itself, ignoring case unless
     * the flag is set.
     */
    private static UnaryOperator<Value> key(Arguments arguments, int caseSensitive, int attribute, Budget budget) {
        boolean exact = arguments.flag(caseSensitive, false);
        UnaryOperator<Value> selected = attribute(arguments, attribute, budget);
        return item -> folded(selected.apply(item), exact, budget);
    }

    private static UnaryOperator<Value> attribute(Arguments arguments, int place, Budget budget) {
        Value path = arguments.get(place, Value.None.VALUE);
        return path == Value.None.VALUE ? item -> item : item -> Subscripts.path(item, path, budget);
    }

    private static Value folded(Value value, boolean caseSensitive, Budget budget) {
        if (caseSensitive || !(value instanceof Text text)) {
            return value;
        }
        budget.spend(text.value().length());
        return Value.of(LetterCase.lower(text.value(), budget));
    }
}
