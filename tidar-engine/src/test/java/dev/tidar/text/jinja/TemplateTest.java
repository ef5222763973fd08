package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidar.text.jinja.value.TemplateException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A chat template")
class TemplateTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 1, 9, 5, 7);

    private static String render(String source, Map<String, Object> variables) {
        return Template.parse(source).render(variables, NOW);
    }

    @Nested
    class LeavesTextAlone {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ 7*7 }}",
                    "{% include 'application.properties' %}",
                    "{% for x in range(9) %}x{% endfor %}",
                    "{# c #}",
                    "${a} #{b} %s %(x)s",
                    "{{ raise_exception('x') }}",
                    "\ue000sentinels\ue001\uf8ff",
                    "  space \u00a0 and\r\nnewlines\n\n",
                    "NUL \u0000, bidi \u202e, BOM \ufeff, half a pair \ud800"
                })
        void thatComesInAVariable(String text) {
            String source =
                    "{% for m in messages %}[{{ m.content }}]{% endfor %}{% set x = messages[0].content %}{{ x }}";

            assertThat(render(source, Map.of("messages", List.of(Map.of("content", text)))))
                    .isEqualTo("[" + text + "]" + text);
        }
    }

    @Nested
    class ReachesNothingElse {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ 'a'.getClass() }}",
                    "{{ 'a'.class.name }}",
                    "{{ 'a'.__class__.__mro__ }}",
                    "{{ [].__class__.__base__.__subclasses__() }}",
                    "{{ messages.getClass().forName('java.lang.Runtime') }}",
                    "{{ range.__globals__['os'] }}",
                    "{{ m.__init__.__globals__ }}{% macro m() %}{% endmacro %}",
                    "{{ self._TemplateReference__context }}",
                    "{{ messages['__class__']['__init__'] }}",
                    "{{ ['a'] | map(attribute='__class__.__mro__') | list }}",
                    "{{ '{0.__class__}'.format(1) }}"
                })
        void noClassesAndNoInternals(String source) {
            assertThatThrownBy(() -> render(source, Map.of("messages", List.of())))
                    .isInstanceOf(TemplateException.class);
        }

        @Test
        void attributesThatAreNoKeysAreUndefined() {
            assertThat(render("{{ m.getClass is defined }} {{ m.__class__ is defined }}", Map.of("m", Map.of("a", 1))))
                    .isEqualTo("False False");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '!',
                value = {
                    "{% include 'x' %} ! line 1, column 4: tag 'include' is rejected",
                    "{% import 'x' as y %} ! line 1, column 4: tag 'import' is rejected",
                    "{% from 'x' import y %} ! line 1, column 4: tag 'from' is rejected",
                    "{% extends 'x' %} ! line 1, column 4: tag 'extends' is rejected",
                    "{% block x %}{% endblock %} ! line 1, column 4: tag 'block' is rejected"
                })
        void noOtherFiles(String source, String message) {
            assertThatThrownBy(() -> Template.parse(source))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining(message);
        }

        @Test
        void andChangesNothingThatItIsGiven() {
            List<Object> given = List.of(1, 2);
            assertThatThrownBy(() -> render("{{ x.append(3) }}", Map.of("x", given)))
                    .isInstanceOf(TemplateException.class);
            assertThat(render("{% set x = x + [3] %}{{ x }}", Map.of("x", given)))
                    .isEqualTo("[1, 2, 3]");
        }
    }

    @Nested
    class IsRejectedByTheParser {

        @ParameterizedTest
        @CsvSource(
                delimiter = '!',
                value = {
                    "'ab\n{{ x | nope }}' ! line 2, column 8: unknown filter 'nope'",
                    "'ab\n {{ x is nope }}' ! line 2, column 10: unknown test 'nope'",
                    "'{{ x | center(9) }}' ! line 1, column 8: unknown filter 'center'",
                    "'{{ x | wordcount }}' ! line 1, column 8: unknown filter 'wordcount'",
                    "'{{ joiner() }}' ! line 1, column 4: unknown function 'joiner'",
                    "'{{ 0x1F }}' ! line 1, column 5: expected '}}', but found 'x1F'",
                    "'{{ 1 }}\n\n{% nope %}' ! line 3, column 4: unknown tag 'nope'",
                    "'{% if false %}{{ nope(1) }}{% endif %}' ! line 1, column 18: unknown function 'nope'",
                    "'{% if x %}' ! line 1, column 11: expected 'elif' or 'else' or 'endif', but found the end",
                    "'{{ 1 2 }}' ! line 1, column 6: expected '}}', but found an integer",
                    "'{{ [1} }}' ! line 1, column 6: unexpected '}'",
                    "'a {# b' ! line 1, column 3: a comment must end",
                    "'{{ \"a }}' ! line 1, column 4: a string must end with its quote",
                    "'{% continue %}' ! line 1, column 4: ''continue'' must stand inside a loop",
                    "'{{ 99999999999999999999 }}' ! line 1, column 4: an integer must fit 64 bits"
                })
        void withLineAndColumn(String source, String message) {
            assertThatThrownBy(() -> Template.parse(source))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageStartingWith(message.replace("''", "'"));
        }
    }

    @Nested
    class FailsWhenItRenders {

        @Test
        void atTheInnermostTagThatWentWrong() {
            var failure = catchThrowableOfType(
                    TemplateException.class,
                    () -> render(
                            "a\n{% for m in messages %}\n  {{ m.content.text }}\n{% endfor %}",
                            Map.of("messages", List.of(Map.of()))));

            assertThat(failure).hasMessage("line 3, column 3: 'content' of a dict is undefined");
            assertThat(failure.position()).contains(new TemplateException.Position(3, 3));
        }

        @Test
        void withItsOwnTextWhenItRaises() {
            assertThatThrownBy(() ->
                            render("{% if true %}{{ raise_exception('roles must alternate') }}{% endif %}", Map.of()))
                    .isInstanceOf(TemplateException.Raised.class)
                    .hasMessage("roles must alternate");
        }

        @Test
        void withoutTheTextOfThePrompt() {
            String secret = "the user's secret";

            for (String source : List.of(
                    "{{ x + 1 }}",
                    "{{ x.y.z }}",
                    "{{ x() }}",
                    "{{ x | abs }}",
                    "{{ [1, x] | sort }}",
                    "{{ '%d' % x }}",
                    "{{ x.index('zzz') }}",
                    "{{ {[x]: 1} }}",
                    "{{ 5[x].y }}",
                    "{{ {}[x].y }}")) {
                assertThatThrownBy(() -> render(source, Map.of("x", secret)))
                        .isInstanceOf(TemplateException.class)
                        .hasMessageNotContaining(secret);
            }
        }
    }

    @Test
    void writesTheTimeThatItIsGiven() {
        assertThat(render("{{ strftime_now('%d %b %Y %H:%M:%S %I %p %-d') }}", Map.of()))
                .isEqualTo("01 Mar 2026 09:05:07 09 AM 1");
    }

    @Test
    void rendersAnewEachTime() {
        var template = Template.parse("{% set ns = namespace(n=x) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}");

        assertThat(template.render(Map.of("x", 1), NOW)).isEqualTo("2");
        assertThat(template.render(Map.of("x", 1), NOW)).isEqualTo("2");
    }
}
