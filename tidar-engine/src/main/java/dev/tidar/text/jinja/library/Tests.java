package dev.tidar.text.jinja.library;

import static java.util.Map.entry;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.Numbers;
import dev.tidar.text.jinja.value.Operators;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.TextMethods;
import dev.tidar.text.jinja.value.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tests that every template can use, written after {@code is}. */
public final class Tests {

    /** Whether the test holds for a value; the arguments are bound to the parameters of the test. */
    interface Test {
        boolean holds(Value value, Arguments arguments, Budget budget);
    }

    private record Entry(List<String> parameters, Test test) {}

    private static final Map<String, Entry> TABLE = Map.ofEntries(
            test("defined", (v, a, b) -> !(v instanceof Value.Undefined)),
            test("undefined", (v, a, b) -> v instanceof Value.Undefined),
            test("none", (v, a, b) -> v == Value.None.VALUE),
            test("true", (v, a, b) -> v == Value.Bool.TRUE),
            test("false", (v, a, b) -> v == Value.Bool.FALSE),
            test("boolean", (v, a, b) -> v instanceof Value.Bool),
            test("integer", (v, a, b) -> v instanceof Value.Int),
            test("float", (v, a, b) -> v instanceof Value.Real),
            test("number", (v, a, b) -> Numbers.isNumber(v)),
            test("string", (v, a, b) -> v instanceof Text),
            test("mapping", (v, a, b) -> v instanceof Dict),
            test("iterable", (v, a, b) -> v.length().isPresent() || v instanceof Sequence.Generator),
            test("sequence", (v, a, b) -> v.length().isPresent() && !(v instanceof Sequence s && !s.isIndexed())),
            test("callable", (v, a, b) -> v instanceof Value.Callable || v instanceof Value.Undefined),
            test("odd", (v, a, b) -> remainder(v, Value.of(2)) == 1),
            test("even", (v, a, b) -> remainder(v, Value.of(2)) == 0),
            test("divisibleby", (v, a, b) -> remainder(v, a.get(0)) == 0, "num"),
            test("lower", (v, a, b) -> TextMethods.isLower(read(v, b))),
            test("upper", (v, a, b) -> TextMethods.isUpper(read(v, b))),
            test("in", comparing("in"), "seq"),
            test("sameas", (v, a, b) -> same(v, a.get(0)), "other"),
            test("filter", (v, a, b) -> v instanceof Text name && Filters.exists(name.value())),
            test("test", (v, a, b) -> v instanceof Text name && exists(name.value())),
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
        return (value, arguments, budget) -> Operators.holds(operator, value, arguments.get(0), budget);
    }

    public static boolean exists(String name) {
        return TABLE.containsKey(name);
    }

    public static boolean holds(String name, Value value, Arguments arguments, Budget budget) {
        Entry entry = Optional.ofNullable(TABLE.get(name))
                .orElseThrow(() -> new TemplateException("unknown test '%s'".formatted(name)));
        return entry.test().holds(value, arguments.bind("test " + name, entry.parameters()), budget);
    }

    /** Returns the text of a value, charged to the budget because the test reads all of it. */
    private static String read(Value value, Budget budget) {
        String text = Value.text(value, budget);
        budget.spend(text.length());
        return text;
    }

    private static double remainder(Value value, Value divisor) {
        if (!Numbers.isNumber(value) || !Numbers.isNumber(divisor)) {
            throw new TemplateException(
                    "a remainder needs numbers, but there is a %s and a %s".formatted(value.type(), divisor.type()));
        }
        return Numbers.real(Numbers.calculate("%", value, divisor)).orElseThrow();
    }

    /** Identity as a template can observe it: scalars are the same if they are equal and of the same kind. */
    private static boolean same(Value value, Value other) {
        return value == other || value.depth() == 0 && !(value instanceof Value.Undefined) && value.equals(other);
    }
}
