package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.TemplateException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Whatever a template does")
class TemplateLimitsTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 1, 12, 30);

    private static String render(String source, Map<String, Object> variables) {
        return Template.parse(source).render(variables, NOW);
    }

    /** A template that must be rejected with this reason, in time; an Error of the JVM would not be a rejection. */
    private static void rejected(String source, Map<String, Object> variables, String reason) {
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> render(source, variables))
                        .isInstanceOf(TemplateException.class)
                        .hasMessageContaining(reason));
    }

    @Nested
    class ItsTimeIsBounded {

        @Test
        void inLoopsInsideEachOther() {
            rejected(
                    "{% for a in range(2000) %}{% for b in range(2000) %}{% for c in range(2000) %}"
                            + "{% endfor %}{% endfor %}{% endfor %}",
                    Map.of(), "steps");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{% for a in range(99999) %}{{ text in text2 }}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text.strip('ab') %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text == text2 %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text[5:] %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text[5] %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text.upper() %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text | lower %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text.replace('b', 'c') %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = [text, text] | sort %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text.split('b') %}{% endfor %}",
                    "{% for a in range(99999) %}{% set x = text | tojson %}{% endfor %}"
                })
        void inWorkOnLongText(String source) {
            String text = "a".repeat(100_000);
            rejected(source, Map.of("text", text, "text2", text + "b"), "steps");
        }

        @Test
        void inLookingForALongTextInALongerOne() {
            String needle = "a".repeat(200_000) + "b";
            rejected("{{ needle in text }}", Map.of("needle", needle, "text", "a".repeat(400_000)), "steps");
        }

        @Test
        void inComparingListsThatShareTheirParts() {
            String doubling = "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}"
                    + "{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}";
            rejected(doubling + "{{ ns.a == ns.b }}", Map.of(), "steps");
            rejected(doubling + "{{ ns.a < ns.b }}", Map.of(), "steps");
        }
    }

    @Nested
    class ItsMemoryIsBounded {

        @Test
        void whenAStringDoubles() {
            rejected(
                    "{% set ns = namespace(x='ab') %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                    Map.of(), "characters");
        }

        @Test
        void whenAListDoubles() {
            rejected(
                    "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                    Map.of(), "steps");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '!',
                value = {
                    "{{ 'a' * 100000000 }} ! characters",
                    "{{ 'abc' * 9000000000000000000 }} ! characters",
                    "{{ [1, 2] * 9000000000000000000 }} ! steps",
                    "{{ [1] * 100000000 }} ! steps",
                    "{{ range(100000000) | list }} ! range",
                    "{{ range(-9000000000000000000, 9000000000000000000) }} ! range",
                    "{{ '%100000000d' % 1 }} ! conversions",
                    "{{ '%.100000000f' % 1 }} ! conversions",
                    "{{ 'a' | indent(100000000, true) }} ! characters",
                    "{{ [1] | tojson(indent=100000000) }} ! characters",
                    "{{ ('x' * 4000000) | replace('x', 'yyyyyyyy') }} ! characters",
                    "{{ (['a'] * 100000) | join('x' * 1000) }} ! characters",
                    "{{ 2 ** 100000000 }} ! 64 bits",
                    "{{ 10.0 ** 400 }} ! 64 bits"
                })
        void beforeAnythingHugeIsMade(String source, String reason) {
            rejected(source, Map.of(), reason);
        }

        @Test
        void whenTheOutputGrows() {
            var limits = new Budget.Limits(1_000_000, 1000, 100);
            var template = Template.parse("{% for i in range(1001) %}x{% endfor %}");

            assertThatThrownBy(() -> template.render(Map.of(), NOW, limits)).hasMessageContaining("1000 characters");
        }

        @Test
        void whenPrintingListsThatShareTheirParts() {
            rejected(
                    "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}"
                            + "{{ ns.a }}",
                    Map.of(), "characters");
        }
    }

    @Nested
    class ItsDepthIsBounded {

        @Test
        void whenAMacroCallsItself() {
            rejected("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", Map.of(), "deep");
        }

        @Test
        void whenMacrosCallEachOtherByTheirBlocks() {
            rejected(
                    "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{{ caller() }}{% endmacro %}"
                            + "{% call m() %}x{% endcall %}",
                    Map.of(), "deep");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"(", "[", "{1:", "not ", "-", "+", "a[", "a(", "a|join(", "1 if 1 else ", "a is eq(", "a[1:"
                })
        void whenItsExpressionsNest(String opening) {
            rejected("{{ " + opening.repeat(4000), Map.of(), "nest");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    ".a",
                    "[0]",
                    "|list",
                    "()",
                    " + 1",
                    " ~ 1 + 1",
                    " and 1",
                    " or 0",
                    " ** 1",
                    " is odd",
                    " if 1"
                })
        void whenItsExpressionsAreLong(String link) {
            assertThatThrownBy(() -> render("{% macro m() %}{% endmacro %}{{ m" + link.repeat(6000) + " }}", Map.of()))
                    .isInstanceOf(TemplateException.class);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{% if 1 %}",
                    "{% for a in b %}",
                    "{% macro m() %}",
                    "{% filter upper %}",
                    "{% set a %}",
                    "{% call m() %}",
                    "{% with %}"
                })
        void whenItsBlocksNest(String opening) {
            rejected(opening.repeat(3000), Map.of(), "nest");
        }

        @Test
        void whenATargetNests() {
            rejected("{% set " + "(".repeat(10_000), Map.of(), "nest");
        }

        @Test
        void whenItsListsNest() {
            rejected(
                    "{% set ns = namespace(a=[]) %}{% for i in range(5000) %}{% set ns.a = [ns.a] %}{% endfor %}",
                    Map.of(), "nest");
            rejected(
                    "{% set ns = namespace(a={}) %}{% for i in range(5000) %}{% set ns.a = {'a': ns.a} %}{% endfor %}",
                    Map.of(), "nest");
        }

        @Test
        void butAHundredBranchesOrSummandsAreFine() {
            String branches = "{% if x == 0 %}0" + "{% elif x == 1 %}1".repeat(100) + "{% else %}other{% endif %}";
            String summands = "{{ '' " + "+ 'a'".repeat(200) + " }}";

            assertThat(render(branches + summands, Map.of("x", 7))).isEqualTo("other" + "a".repeat(200));
        }
    }

    @Nested
    class ItsInputIsBounded {

        @Test
        void aSourceOf64KiBIsReadAndALargerOneRejected() {
            assertThat(render("x".repeat(65_536), Map.of())).hasSize(65_536);
            rejected("x".repeat(65_537), Map.of(), "65536 bytes");
            rejected("é".repeat(40_000), Map.of(), "65536 bytes");
        }

        @Test
        void variablesThatNestTooDeepOrContainThemselvesAreRejected() {
            List<Object> itself = new ArrayList<>();
            itself.add(itself);

            assertThatThrownBy(() -> render("", Map.of("x", itself)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("variable 'x' must nest at most 100 deep");
        }

        @Test
        void otherObjectsOfJavaAreRejectedByName() {
            assertThatThrownBy(() -> render("", Map.of("x", List.of(new StringBuilder()))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("variable 'x'")
                    .hasMessageContaining("java.lang.StringBuilder");
            assertThatThrownBy(() -> render("", Map.of("x", Map.of(1, 2))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("strings as keys");
        }

        @Test
        void nullIsNone() {
            Map<String, Object> variables = new HashMap<>(Collections.singletonMap("x", null));

            assertThat(render("{{ x }} {{ x is none }}", variables)).isEqualTo("None True");
        }

        @ParameterizedTest
        @CsvSource({
            "0, 1, 1, max steps",
            "1, 0, 1, max output characters",
            "1, 1, 0, max depth",
            "1, 1, 1001, max depth"
        })
        void limitsOutOfRangeAreRejectedByName(long steps, int output, int depth, String name) {
            assertThatThrownBy(() -> new Budget.Limits(steps, output, depth))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }
}
