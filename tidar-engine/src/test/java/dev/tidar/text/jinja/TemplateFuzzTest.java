package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.TemplateException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Random templates")
class TemplateFuzzTest {

    private static final int TEMPLATES = 5_000;
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 1, 12, 30);
    private static final Budget.Limits LIMITS = new Budget.Limits(200_000, 20_000, 200);
    private static final Map<String, Object> VARIABLES = Map.of(
            "messages",
            List.of(
                    Map.of("role", "user", "content", "h\u00e9 \ud83d\ude00"),
                    Map.of("role", "assistant", "content", "yo")),
            "x",
            3,
            "s",
            "a b,c",
            "f",
            2.5,
            "d",
            Map.of("k", List.of(1, 2)),
            "t",
            true);

    private static final String[] ATOMS = {
        "x",
        "s",
        "f",
        "d",
        "t",
        "messages",
        "none",
        "true",
        "1",
        "-1",
        "0",
        "2.5",
        "'a'",
        "''",
        "'%s'",
        "[]",
        "{}",
        "()",
        "[3, 1, 2]",
        "{'k': 1}",
        "(1, 'b')",
        "loop",
        "ns",
        "y",
        "nope",
        "range(5)",
        "namespace(a=1)",
        "m",
        "cycler(1, 2)",
        "9223372036854775807",
        "1e308",
        "'nan' | float",
        "'\\ud83d\\ude00'",
        "dict(a=1)"
    };
    private static final String[] OPERATORS = {
        "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"
    };
    private static final String[] POSTFIXES = {
        "[0]",
        "[-1]",
        "[1:]",
        "[::-1]",
        "[:2:3]",
        ".k",
        ".items()",
        ".keys()",
        ".get('k')",
        ".split(',')",
        ".strip()",
        ".upper()",
        "['k']",
        "[9]",
        "()",
        ".role",
        "[x]",
        "[s]",
        ".a",
        ".next()",
        ".join(s)",
        ".replace('a', '')",
        ".rsplit(none, 1)",
        ".title()",
        ".count('a')",
        ".index(1)",
        ".0"
    };
    private static final String[] FILTERS = {
        "length",
        "list",
        "first",
        "last",
        "join(',')",
        "upper",
        "trim",
        "tojson",
        "tojson(indent=2)",
        "sort",
        "unique",
        "reverse",
        "sum",
        "min",
        "max",
        "int",
        "float",
        "round(1)",
        "string",
        "map('upper')",
        "map(attribute='role')",
        "select('odd')",
        "selectattr('role')",
        "rejectattr('role', 'eq', 'user')",
        "default('z')",
        "dictsort",
        "items",
        "batch(2)",
        "indent",
        "replace('a', 'b')",
        "abs",
        "title",
        "e",
        "format(x)",
        "round(-400)"
    };
    private static final String[] TESTS = {
        "defined",
        "none",
        "string",
        "mapping",
        "odd",
        "divisibleby 2",
        "in [1]",
        "not none",
        "eq(1)",
        "lower",
        "sameas x",
        "iterable",
        "callable"
    };
    private static final String[] SCRAPS = {
        "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "{{-", "-}}", "{% endif %}", "{% endfor %}", "{% else %}",
                "'", "\"",
        "(", "]", "{% raw %}", "{% endraw %}", "|", ".", "\\", "\n", "  ", "{% break %}", "{% set %}", "\ud800", "1_",
                "0x", "is"
    };

    @Test
    void renderOrAreRejectedButNeverBreakTheInterpreter() {
        long seed = 20_260_301L;
        int rendered = 0;
        for (int i = 0; i < TEMPLATES; i++) {
            String source = new Source(new SplittableRandom(seed + i)).template();
            try {
                Template.parse(source).render(VARIABLES, NOW, LIMITS);
                rendered++;
            } catch (TemplateException rejected) {
                assertThat(rejected.getMessage()).isNotBlank();
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError broken) {
                throw new AssertionError("seed %d broke it: %s".formatted(seed + i, source), broken);
            }
        }
        assertThat(rendered)
                .as("templates that rendered, of seeds from %d", seed)
                .isGreaterThan(TEMPLATES / 10);
    }

    /** Writes one random template. */
    private record Source(SplittableRandom random) {

        String template() {
            StringBuilder source = new StringBuilder();
            for (int i = random.nextInt(1, 3); i > 0; i--) {
                source.append(block(3));
            }
            if (random.nextInt(4) == 0) {
                source.insert(random.nextInt(source.length() + 1), one(SCRAPS));
            }
            return source.toString();
        }

        private String block(int depth) {
            int kind = depth == 0 ? random.nextInt(3) : random.nextInt(11);
            return switch (kind) {
                case 0 -> "text \n ";
                case 1, 2 -> "{{" + sign() + " " + expression(depth) + " }}";
                case 3 ->
                    "{% if " + expression(2) + " %}" + block(depth - 1) + "{% else %}" + block(depth - 1)
                            + "{% endif %}";
                case 4 -> "{% for y in " + expression(2) + " %}" + block(depth - 1) + "{{ loop.index }}{% endfor %}";
                case 5 -> "{% for a, b in " + expression(1) + " if a %}" + block(depth - 1) + "{% break %}{% endfor %}";
                case 6 -> "{% set y = " + expression(2) + " %}";
                case 7 ->
                    "{% set ns = namespace(a=[]) %}{% for i in range(9) %}{% set ns.a = " + expression(1)
                            + " %}{% endfor %}{{ ns.a }}";
                case 8 ->
                    "{% macro m(p, q=" + expression(1) + ") %}" + block(depth - 1) + "{{ p }}{% endmacro %}{{ m("
                            + expression(1) + ") }}";
                case 9 -> "{% set y | trim %}" + block(depth - 1) + "{% endset %}{{ y }}";
                default -> "{% call m(" + expression(1) + ") %}" + block(depth - 1) + "{% endcall %}";
            };
        }

        private String expression(int depth) {
            int kind = depth == 0 ? 0 : random.nextInt(10);
            return switch (kind) {
                case 0, 1 -> one(ATOMS);
                case 2, 3 -> expression(depth - 1) + " " + one(OPERATORS) + " " + expression(depth - 1);
                case 4 -> "(" + expression(depth - 1) + ")" + one(POSTFIXES);
                case 5 -> one(ATOMS) + one(POSTFIXES);
                case 6 -> expression(depth - 1) + " | " + one(FILTERS);
                case 7 -> expression(depth - 1) + " is " + one(TESTS);
                case 8 -> "not " + expression(depth - 1);
                default ->
                    "(" + expression(depth - 1) + " if " + expression(depth - 1) + " else " + expression(depth - 1)
                            + ")";
            };
        }

        private String sign() {
            return random.nextInt(3) == 0 ? "-" : "";
        }

        private String one(String[] choices) {
            return choices[random.nextInt(choices.length)];
        }
    }
}
