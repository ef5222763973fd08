package dev.tidar.text.jinja;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call. */
final class Functions {

    /** Jinja2's sandbox allows ranges of as many. */
    private static final int MAX_RANGE = 100_000;

    static final Map<String, Callable> TABLE = Map.ofEntries(
            entry("range", Functions::range),
            entry("dict", Functions::dict),
            entry("namespace", (arguments, rendering) -> new Namespace(named(arguments, rendering.budget()))),
            entry("cycler", (arguments, rendering) -> new Cycler(arguments.values())),
            entry("joiner", Callable.of("joiner", List.of("sep"), Functions::joiner)),
            entry("raise_exception", Callable.of("raise_exception", List.of("message"), (arguments, rendering) -> {
                throw new TemplateRaisedException(Value.text(arguments.get(0), rendering.budget()));
            })),
            entry(
                    "strftime_now",
                    Callable.of(
                            "strftime_now",
                            List.of("format"),
                            (arguments, rendering) ->
                                    DateFormat.format(arguments.text(0), rendering.now(), rendering.budget()))));

    private Functions() {}

    private static Value range(Arguments arguments, Rendering rendering) {
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
        rendering.budget().spendElements(size);
        List<Value> numbers = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            numbers.add(Value.of(start + i * step));
        }
        return Sequence.of(Sequence.Kind.RANGE, numbers, rendering.budget());
    }

    private static long size(long start, long stop, long step) {
        boolean empty = step > 0 ? start >= stop : start <= stop;
        if (empty) {
            return 0;
        }
        // Unsigned, because the distance of two longs may need all 64 bits.
        long distance = step > 0 ? stop - start : start - stop;
        long stride = step > 0 ? step : -step;
        long size = Long.divideUnsigned(distance - 1, stride) + 1;
        if (Long.compareUnsigned(size, MAX_RANGE) > 0) {
            throw new TemplateException("a range must have at most %d numbers, but has more".formatted(MAX_RANGE));
        }
        return size;
    }

    private static Value dict(Arguments arguments, Rendering rendering) {
        return Dict.ofNames(named(arguments, rendering.budget()), rendering.budget());
    }

    /** The entries of a dict given by place, if any, and the named arguments. */
    private static Map<String, Value> named(Arguments arguments, Budget budget) {
        Map<String, Value> values = new LinkedHashMap<>();
        if (arguments.count() > 1 || arguments.count() == 1 && !(arguments.get(0) instanceof Dict)) {
            throw new TemplateException("dict and namespace must get one dict, named values, or both");
        }
        if (arguments.count() == 1 && arguments.get(0) instanceof Dict dict) {
            dict.entries().forEach(entry -> values.put(Value.text(entry.key(), budget), entry.value()));
        }
        values.putAll(arguments.named());
        return values;
    }

    private static Value joiner(Arguments arguments, Rendering rendering) {
        Value separator = Value.of(arguments.text(0, ", "));
        boolean[] used = {false};
        return (Callable) (none, calling) -> {
            Value joint = used[0] ? separator : Value.of("");
            used[0] = true;
            return joint;
        };
    }

    /** What {@code cycler(...)} makes: gives its values in turn. */
    static final class Cycler implements Value {

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
                case "next" ->
                    Optional.of(Callable.of("next", List.of(), (arguments, rendering) -> {
                        Value current = values.get(at);
                        at = (at + 1) % values.size();
                        return current;
                    }));
                case "reset" ->
                    Optional.of(Callable.of("reset", List.of(), (arguments, rendering) -> {
                        at = 0;
                        return None.VALUE;
                    }));
                default -> Optional.empty();
            };
        }
    }
}
