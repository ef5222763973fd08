package dev.tidar.text.jinja.library;

import static java.util.Map.entry;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Numbers;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The filters that every template can use, written after a bar. */
public final class Filters {

    /** Computes a new value from a value; the arguments are bound to the parameters of the filter. */
    interface Filter {
        Value apply(Value value, Arguments arguments, Budget budget);
    }

    /** @param parameters the names in order; empty for a filter that takes any arguments */
    private record Entry(Optional<List<String>> parameters, Filter filter) {}

    private static final Map<String, Entry> TABLE = Map.ofEntries(
            filter("abs", (v, a, b) -> Numbers.absolute(v)),
            filter("batch", SequenceFilters::batch, "linecount"),
            filter("capitalize", TextFilters::capitalize),
            filter("count", Filters::length),
            filter("d", Filters::orDefault, "default_value", "boolean"),
            filter("default", Filters::orDefault, "default_value", "boolean"),
            filter("dictsort", SequenceFilters::dictSort, "case_sensitive", "by", "reverse"),
            filter("e", TextFilters::escape),
            filter("escape", TextFilters::escape),
            filter("first", SequenceFilters::first),
            filter("float", NumberFilters::toReal, "default"),
            variadic("format", TextFilters::format),
            filter("indent", TextFilters::indent, "width", "first", "blank"),
            filter("int", NumberFilters::toInteger, "default"),
            filter("items", SequenceFilters::items),
            filter("join", SequenceFilters::join, "d", "attribute"),
            filter("last", SequenceFilters::last),
            filter("length", Filters::length),
            filter("list", (v, a, b) -> Sequence.list(v.elements(b), b)),
            filter("lower", TextFilters::lower),
            variadic("map", SelectingFilters::map),
            filter("max", SequenceFilters::max, "case_sensitive", "attribute"),
            filter("min", SequenceFilters::min, "case_sensitive", "attribute"),
            variadic("reject", SelectingFilters::reject),
            variadic("rejectattr", SelectingFilters::rejectAttribute),
            filter("replace", TextFilters::replace, "old", "new", "count"),
            filter("reverse", SequenceFilters::reverse),
            filter("round", NumberFilters::round, "precision", "method"),
            filter("safe", (v, a, b) -> Value.of(Value.text(v, b))),
            variadic("select", SelectingFilters::select),
            variadic("selectattr", SelectingFilters::selectAttribute),
            filter("sort", SequenceFilters::sort, "reverse", "case_sensitive", "attribute"),
            filter("string", (v, a, b) -> Value.of(Value.text(v, b))),
            filter("sum", SequenceFilters::sum, "attribute", "start"),
            filter("title", TextFilters::title),
            filter("tojson", TextFilters::toJson, "ensure_ascii", "indent", "separators", "sort_keys"),
            filter("trim", TextFilters::trim, "chars"),
            filter("unique", SequenceFilters::unique, "case_sensitive", "attribute"),
            filter("upper", TextFilters::upper));

    private Filters() {}

    private static Map.Entry<String, Entry> filter(String name, Filter filter, String... parameters) {
        return entry(name, new Entry(Optional.of(List.of(parameters)), filter));
    }

    private static Map.Entry<String, Entry> variadic(String name, Filter filter) {
        return entry(name, new Entry(Optional.empty(), filter));
    }

    public static boolean exists(String name) {
        return TABLE.containsKey(name);
    }

    public static Value apply(String name, Value value, Arguments arguments, Budget budget) {
        Entry entry = Optional.ofNullable(TABLE.get(name))
                .orElseThrow(() -> new TemplateException("unknown filter '%s'".formatted(name)));
        Arguments bound = entry.parameters()
                .map(parameters -> arguments.bind("filter " + name, parameters))
                .orElse(arguments);
        return entry.filter().apply(value, bound, budget);
    }

    private static Value length(Value value, Arguments arguments, Budget budget) {
        if (value instanceof Text text) {
            budget.spend(text.value().length() / 16);
        }
        return Value.of(
                value.length().orElseThrow(() -> new TemplateException("a %s has no length".formatted(value.type()))));
    }

    private static Value orDefault(Value value, Arguments arguments, Budget budget) {
        boolean missing = value instanceof Value.Undefined || arguments.flag(1, false) && !value.truth();
        return missing ? arguments.get(0, Value.of("")) : value;
    }
}
