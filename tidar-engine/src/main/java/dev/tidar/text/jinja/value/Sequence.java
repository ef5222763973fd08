package dev.tidar.text.jinja.value;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A list, a tuple, a range, or a view of a dict. */
public final class Sequence implements Value {

    /** How a sequence is printed, and what it supports. */
    public enum Kind {
        LIST("list", "[", "]"),
        TUPLE("tuple", "(", ")"),
        RANGE("range", "", ""),
        KEYS("dict_keys", "dict_keys([", "])"),
        VALUES("dict_values", "dict_values([", "])"),
        ITEMS("dict_items", "dict_items([", "])");

        private final String type;
        private final String opening;
        private final String closing;

        Kind(String type, String opening, String closing) {
            this.type = type;
            this.opening = opening;
            this.closing = closing;
        }
    }

    private final Kind kind;
    private final List<Value> items;
    private final int depth;

    /** Takes ownership of the list: the caller must not change it afterwards, and has charged it to the budget. */
    private Sequence(Kind kind, List<Value> items) {
        this.kind = kind;
        this.items = items;
        this.depth = depthAround(items);
    }

    public static Sequence of(Kind kind, List<Value> items, Budget budget) {
        budget.spendElements(items.size());
        return new Sequence(kind, items);
    }

    /** A list of texts that were charged when they were made. */
    static Sequence ofCharged(List<String> parts) {
        return new Sequence(Kind.LIST, parts.stream().map(Value::of).toList());
    }

    public static Sequence list(List<Value> items, Budget budget) {
        return of(Kind.LIST, items, budget);
    }

    public static Sequence tuple(List<Value> items, Budget budget) {
        return of(Kind.TUPLE, items, budget);
    }

    /** Returns the depth of a container of these values; rejects one that nests too deeply. */
    static int depthAround(Iterable<Value> items) {
        int depth = 1;
        for (Value item : items) {
            depth = Math.max(depth, 1 + item.depth());
        }
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "lists and dicts must nest at most %d deep, but nest deeper".formatted(MAX_DEPTH));
        }
        return depth;
    }

    public Kind kind() {
        return kind;
    }

    public List<Value> items() {
        return items;
    }

    /** Whether this sequence can be indexed with square brackets. */
    public boolean isIndexed() {
        return kind == Kind.LIST || kind == Kind.TUPLE || kind == Kind.RANGE;
    }

    @Override
    public String type() {
        return kind.type;
    }

    @Override
    public boolean truth() {
        return !items.isEmpty();
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public void repr(Output out) {
        if (kind == Kind.RANGE) {
            throw new TemplateException("a range cannot be printed; make it a list first");
        }
        out.append(kind.opening);
        String separator = "";
        for (Value item : items) {
            out.append(separator);
            item.repr(out);
            separator = ", ";
        }
        out.append(kind == Kind.TUPLE && items.size() == 1 ? ",)" : kind.closing);
    }

    /** Charges a visit of all items, because what is made of each can be nothing. */
    @Override
    public List<Value> elements(Budget budget) {
        budget.spend(items.size());
        return items;
    }

    @Override
    public OptionalInt length() {
        return OptionalInt.of(items.size());
    }

    @Override
    public Optional<Value> item(Value key, Budget budget) {
        if (key instanceof Text name) {
            return attribute(name.value());
        }
        return isIndexed() ? Subscripts.index(key, items.size()).map(items::get) : Optional.empty();
    }

    @Override
    public Optional<Value> attribute(String name) {
        if (!isIndexed()) {
            return Optional.empty();
        }
        return switch (name) {
            case "index" -> Optional.of(Callable.of("index", List.of("value"), this::index));
            case "count" -> Optional.of(Callable.of("count", List.of("value"), this::count));
            default -> Optional.empty();
        };
    }

    private Value index(Arguments arguments, Budget budget) {
        for (int i = 0; i < items.size(); i++) {
            if (Operators.equal(items.get(i), arguments.get(0), budget)) {
                return Value.of(i);
            }
        }
        throw new TemplateException("index must find the value, but it is not in the " + type());
    }

    private Value count(Arguments arguments, Budget budget) {
        return Value.of(items.stream()
                .filter(item -> Operators.equal(item, arguments.get(0), budget))
                .count());
    }

    /**
     * The result of {@code map} and {@code select}. Like a Python generator it is true, has no length, and is spent
     * once visited.
     */
    public static final class Generator implements Value {

        private List<Value> rest;

        public Generator(List<Value> items, Budget budget) {
            budget.spendElements(items.size());
            // A generator is not itself a container, but its elements must not bypass the depth check.
            depthAround(items);
            this.rest = items;
        }

        @Override
        public String type() {
            return "generator";
        }

        @Override
        public List<Value> elements(Budget budget) {
            List<Value> items = rest;
            budget.spend(items.size());
            rest = List.of();
            return items;
        }
    }
}
