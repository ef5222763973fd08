package dev.tidar.text.jinja;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tests that follow {@code is}. */
final class Tests {

    /** Whether a test holds for a value; its arguments are bound to its parameters. */
    interface Test {
        boolean holds(Value value, Arguments arguments, Rendering rendering);
    }

    private record Entry(List<String> parameters, Test test) {}

    private static final Map<String, Entry> TABLE = Map.ofEntries(
            test("defined", (v, a, r) -> !(v instanceof Value.Undefined)),
            test("undefined", (v, a, r) -> v instanceof Value.Undefined),
            test("none", (v, a, r) -> v == Value.None.VALUE),
            test("true", (v, a, r) -> v == Value.Bool.TRUE),
            test("false", (v, a, r) -> v == Value.Bool.FALSE),
            test("boolean", (v, a, r) -> v instanceof Value.Bool),
            test("integer", (v, a, r) -> v instanceof Value.Int),
            test("float", (v, a, r) -> v instanceof Value.Real),
            test("number", (v, a, r) -> Numbers.isNumber(v)),
            test("string", (v, a, r) -> v instanceof Text),
            test("mapping", (v, a, r) -> v instanceof Dict),
            test("iterable", (v, a, r) -> v.length().isPresent() || v instanceof Stream || v instanceof Loop),
            test("sequence", (v, a, r) -> v.length().isPresent() && !(v instanceof Sequence s && !s.isIndexed())),
            test("callable", (v, a, r) -> v instanceof Callable || v instanceof Value.Undefined),
            test("odd", (v, a, r) -> remainder(v, Value.of(2)) == 1),
            test("even", (v, a, r) -> remainder(v, Value.of(2)) == 0),
            test("divisibleby", (v, a, r) -> remainder(v, a.get(0)) == 0, "num"),
            test("lower", (v, a, r) -> TextMethods.isLower(Value.text(v, r.budget()))),
            test("upper", (v, a, r) -> TextMethods.isUpper(Value.text(v, r.budget()))),
            test("in", comparing("in"), "seq"),
            test("sameas", (v, a, r) -> same(v, a.get(0)), "other"),
            test("filter", (v, a, r) -> v instanceof Text name && Filters.exists(name.value())),
            test("test", (v, a, r) -> v instanceof Text name && exists(name.value())),
            test("eq", comparing("=="), "other"),
            test("equalto", comparing("=="), "other"),
            test("==", comparing("=="), "other"),
            test("ne", comparing("!="), "other"),
            test("!=", comparing("!="), "other"),
            test("lt", comparing("<"), "other"),
            test("lessthan", comparing("<"), "other"),
            test("<", comparing("<"), "other"),
            test("le", comparing("<="), "other"),
            test("<=", comparing("<="), "other"),
            test("gt", comparing(">"), "other"),
            test("greaterthan", comparing(">"), "other"),
            test(">", comparing(">"), "other"),
            test("ge", comparing(">="), "other"),
            test(">=", comparing(">="), "other"));

    private Tests() {}

    private static Map.Entry<String, Entry> test(String name, Test test, String... parameters) {
        return entry(name, new Entry(List.of(parameters), test));
    }

    private static Test comparing(String operator) {
        return (value, arguments, rendering) -> Comparison.test(operator, value, arguments.get(0), rendering.budget());
    }

    static boolean exists(String name) {
        return TABLE.containsKey(name);
    }

    static boolean holds(String name, Value value, Arguments arguments, Rendering rendering) {
        Entry entry = Optional.ofNullable(TABLE.get(name))
                .orElseThrow(() -> new TemplateException("unknown test '%s'".formatted(name)));
        return entry.test().holds(value, arguments.bind("test " + name, entry.parameters()), rendering);
    }

    private static double remainder(Value value, Value divisor) {
        if (!Numbers.isNumber(value) || !Numbers.isNumber(divisor)) {
            throw new TemplateException(
                    "a remainder needs numbers, but there is a %s and a %s".formatted(value.type(), divisor.type()));
        }
        return Numbers.real(Numbers.calculate("%", value, divisor)).orElseThrow();
    }

    /** Identity, as far as a template can tell: small values are the same when they are equal and of one kind. */
    private static boolean same(Value value, Value other) {
        return value == other || value.depth() == 0 && !(value instanceof Value.Undefined) && value.equals(other);
    }
}
