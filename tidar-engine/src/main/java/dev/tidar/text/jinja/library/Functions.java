package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call. */
public final class Functions {

    /** The longest range that the sandbox of Jinja2 allows. */
    private static final int MAX_RANGE = 100_000;

    private static final String NOW = "strftime_now";

    private static final Map<String, Value.Callable> TIMELESS = Map.of(
            "range",
            Functions::range,
            "dict",
            (arguments, budget) -> Dict.ofNames(named(arguments, budget), budget),
            "namespace",
            (arguments, budget) -> new Namespace(named(arguments, budget)),
            "cycler",
            (arguments, budget) -> new Cycler(arguments.values()),
            "raise_exception",
            Value.Callable.of("raise_exception", List.of("message"), (arguments, budget) -> {
                throw new TemplateException.Raised(Value.text(arguments.get(0), budget));
            }));

    private final LocalDateTime now;

    /** @param now the time that {@code strftime_now} formats */
    public Functions(LocalDateTime now) {
        this.now = now;
    }

    public static boolean exists(String name) {
        return TIMELESS.containsKey(name) || name.equals(NOW);
    }

    public Optional<Value> find(String name) {
        return name.equals(NOW)
                ? Optional.of(Value.Callable.of(NOW, List.of("format"), this::formatNow))
                : Optional.ofNullable(TIMELESS.get(name));
    }

    private Value formatNow(Arguments arguments, Budget budget) {
        return DateFormat.format(arguments.text(0), now, budget);
    }

    private static Value range(Arguments arguments, Budget budget) {
        int count = arguments.values().size();
        if (count < 1 || count > 3) {
            throw new TemplateException("range must get 1 to 3 arguments, but gets " + count);
        }
        long start = count == 1 ? 0 : arguments.integer(0);
        long stop = arguments.integer(count == 1 ? 0 : 1);
        long step = arguments.integer(2, 1);
        if (step == 0) {
            throw new TemplateException("the step of a range must not be zero");
        }
        long size = size(start, stop, step);
        budget.spendElements(size);
        List<Value> numbers = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            numbers.add(Value.of(start + i * step));
        }
        return Sequence.of(Sequence.Kind.RANGE, numbers, budget);
    }

    private static long size(long start, long stop, long step) {
        boolean empty = step > 0 ? start >= stop : start <= stop;
        if (empty) {
            return 0;
        }
        // Unsigned, because the distance between two longs can need all 64 bits.
        long distance = step > 0 ? stop - start : start - stop;
        long stride = step > 0 ? step : -step;
        long size = Long.divideUnsigned(distance - 1, stride) + 1;
        if (Long.compareUnsigned(size, MAX_RANGE) > 0) {
            throw new TemplateException("a range must have at most %d numbers, but has more".formatted(MAX_RANGE));
        }
        return size;
    }

    /** Returns the entries of the one positional dict, if any, and the named arguments. */
    private static Map<String, Value> named(Arguments arguments, Budget budget) {
        Map<String, Value> values = new LinkedHashMap<>();
        if (arguments.count() > 1 || arguments.count() == 1 && !(arguments.get(0) instanceof Dict)) {
            throw new TemplateException("dict and namespace must get one dict, named values, or both");
        }
        if (arguments.count() == 1 && arguments.get(0) instanceof Dict dict) {
            budget.spendElements(dict.length().orElse(0));
            dict.entries().forEach(entry -> values.put(Value.text(entry.key(), budget), entry.value()));
        }
        values.putAll(arguments.named());
        return values;
    }

    /**
     * The only value that a template can change: {@code namespace(...)} creates it and {@code set ns.name} assigns to
     * it.
     */
    public static final class Namespace implements Value.Members {

        private final Map<String, Value> values;

        Namespace(Map<String, Value> values) {
            this.values = new HashMap<>(values);
        }

        public void set(String name, Value value) {
            values.put(name, value);
        }

        @Override
        public String type() {
            return "namespace";
        }

        @Override
        public Optional<Value> attribute(String name) {
            return Optional.ofNullable(values.get(name));
        }
    }

    /** The result of {@code cycler(...)}, which returns its values in turn. */
    private static final class Cycler implements Value.Members {

        private final List<Value> values;
        private int at;

        Cycler(List<Value> values) {
            if (values.isEmpty()) {
                throw new TemplateException("cycler must get at least 1 argument, but gets 0");
            }
            this.values = values;
        }

        @Override
        public String type() {
            return "cycler";
        }

        @Override
        public Optional<Value> attribute(String name) {
            return switch (name) {
                case "current" -> Optional.of(values.get(at));
                case "next" -> Optional.of(Value.Callable.of("next", List.of(), (arguments, budget) -> next()));
                default -> Optional.empty();
            };
        }

        private Value next() {
            Value current = values.get(at);
            at = (at + 1) % values.size();
            return current;
        }
    }
}
