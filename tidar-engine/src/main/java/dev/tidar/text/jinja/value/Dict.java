package dev.tidar.text.jinja.value;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A dict in insertion order. Its keys are strings, numbers, booleans and None. */
public final class Dict implements Value {

    /** The methods of a Python dict that the immutable sandbox of Jinja2 forbids; they hide keys of the same name. */
    private static final Set<String> FORBIDDEN = Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");

    /** A key and its value. */
    public record Entry(Value key, Value value) {}

    private final Map<Object, Entry> entries;
    private final int depth;

    private Dict(Map<Object, Entry> entries) {
        this.entries = entries;
        this.depth = Sequence.depthAround(
                () -> entries.values().stream().map(Entry::value).iterator());
    }

    public static Dict of(List<Entry> entries, Budget budget) {
        budget.spendElements(entries.size());
        Map<Object, Entry> map = new LinkedHashMap<>();
        for (Entry entry : entries) {
            // An equal key keeps its place and its spelling, and gets the new value.
            map.merge(entry.key().key(), entry, (old, fresh) -> new Entry(old.key(), fresh.value()));
        }
        return new Dict(map);
    }

    public static Dict ofNames(Map<String, Value> values, Budget budget) {
        List<Entry> entries = new ArrayList<>();
        values.forEach((name, value) -> entries.add(new Entry(Value.of(name), value)));
        return of(entries, budget);
    }

    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    public Optional<Value> find(Value key) {
        return Optional.ofNullable(entries.get(key.key())).map(Entry::value);
    }

    @Override
    public String type() {
        return "dict";
    }

    @Override
    public boolean truth() {
        return !entries.isEmpty();
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public void repr(Output out) {
        out.append('{');
        String separator = "";
        for (Entry entry : entries.values()) {
            out.append(separator);
            entry.key().repr(out);
            out.append(": ");
            entry.value().repr(out);
            separator = ", ";
        }
        out.append('}');
    }

    @Override
    public List<Value> elements(Budget budget) {
        budget.spendElements(entries.size());
        return entries.values().stream().map(Entry::key).toList();
    }

    @Override
    public OptionalInt length() {
        return OptionalInt.of(entries.size());
    }

    @Override
    public Optional<Value> item(Value key, Budget budget) {
        if (key instanceof Sequence || key instanceof Dict || key instanceof Undefined) {
            return Optional.empty();
        }
        Optional<Value> found = find(key);
        return found.isEmpty() && key instanceof Text name ? method(name.value()) : found;
    }

    /** Python's own names take precedence, so that {@code tool.items} is the method whatever the keys are. */
    @Override
    public Optional<Value> attribute(String name) {
        if (FORBIDDEN.contains(name)) {
            return Optional.empty();
        }
        return method(name).or(() -> find(Value.of(name)));
    }

    private Optional<Value> method(String name) {
        return switch (name) {
            case "get" ->
                Optional.of(Callable.of(
                        "get",
                        List.of("key", "default"),
                        (arguments, budget) -> find(arguments.get(0)).orElseGet(() -> arguments.get(1, None.VALUE))));
            case "items" -> Optional.of(Callable.of("items", List.of(), (arguments, budget) -> items(budget)));
            case "keys" -> Optional.of(Callable.of("keys", List.of(), (arguments, budget) -> keys(budget)));
            case "values" -> Optional.of(Callable.of("values", List.of(), (arguments, budget) -> values(budget)));
            default -> Optional.empty();
        };
    }

    public Sequence items(Budget budget) {
        List<Value> pairs = new ArrayList<>();
        for (Entry entry : entries.values()) {
            pairs.add(Sequence.tuple(List.of(entry.key(), entry.value()), budget));
        }
        return Sequence.of(Sequence.Kind.ITEMS, pairs, budget);
    }

    private Sequence keys(Budget budget) {
        return Sequence.of(Sequence.Kind.KEYS, elements(budget), budget);
    }

    private Sequence values(Budget budget) {
        List<Value> values = entries.values().stream().map(Entry::value).toList();
        return Sequence.of(Sequence.Kind.VALUES, values, budget);
    }
}
