package dev.tidar.text.jinja;

import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts Java values to template values. No Java object can be reached through the result.
 *
 * @param budget the budget that the copies are charged to
 */
record Variables(Budget budget) {

    Map<String, Value> convert(Map<String, ? extends @Nullable Object> variables) {
        Map<String, Value> converted = new LinkedHashMap<>();
        variables.forEach((name, value) -> converted.put(name, convert(name, value, 0)));
        return converted;
    }

    private Value convert(String variable, @Nullable Object value, int depth) {
        if (depth >= Value.MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "variable '%s' must nest at most %d deep, but nests deeper".formatted(variable, Value.MAX_DEPTH));
        }
        if (value == null) {
            return Value.None.VALUE;
        }
        if (value instanceof String text) {
            return Value.of(text);
        }
        if (value instanceof Boolean bool) {
            return Value.of(bool);
        }
        if (value instanceof Long || value instanceof Integer) {
            return Value.of(((Number) value).longValue());
        }
        if (value instanceof Double number) {
            return Value.of(number);
        }
        if (value instanceof List<?> list) {
            return list(variable, list, depth);
        }
        if (value instanceof Map<?, ?> map) {
            return dict(variable, map, depth);
        }
        throw new IllegalArgumentException(
                "variable '%s' must hold strings, booleans, integers, doubles, nulls, lists and maps, but holds a %s"
                        .formatted(variable, value.getClass().getName()));
    }

    private Value list(String variable, List<?> list, int depth) {
        List<Value> items = new ArrayList<>(list.size());
        for (Object item : list) {
            items.add(convert(variable, item, depth + 1));
        }
        return Sequence.list(items, budget);
    }

    private Value dict(String variable, Map<?, ?> map, int depth) {
        List<Dict.Entry> entries = new ArrayList<>(map.size());
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("variable '%s' must have strings as keys".formatted(variable));
            }
            entries.add(new Dict.Entry(Value.of(name), convert(variable, value, depth + 1)));
        });
        return Dict.of(entries, budget);
    }
}
