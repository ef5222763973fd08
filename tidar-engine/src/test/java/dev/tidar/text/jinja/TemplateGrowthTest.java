package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.LetterCase;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.TemplateException;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a built-in makes of long values")
class TemplateGrowthTest {

    private static final Budget.Limits SMALL = new Budget.Limits(200_000, 100_000, 100);
    /** Becomes three characters in upper case. */
    private static final String GROWS = "\u0390".repeat(40_000);

    private static final List<String> NOTHINGS = Collections.nCopies(30_000, "");

    /** Each makes more than 100,000 characters, or as many visits as 200,000 steps do not pay for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ s|upper }}",
                "{{ s.upper() }}",
                "{{ s|title|upper }}",
                "{{ ('a\u0390' * 20000)|title|upper }}",
                "{{ s.replace('\u0390', 'xxx') }}",
                "{{ s|replace('\u0390', 'xxx') }}",
                "{{ s.replace('', '--') }}",
                "{{ s * 3 }}",
                "{{ s ~ s ~ s }}",
                "{{ s + s + s }}",
                "{{ [s, s, s]|join }}",
                "{{ s.join(['a', 'b', 'c', 'd']) }}",
                "{{ ('a\n' * 20000)|indent(10) }}",
                "{{ s|indent(width=70000, first=true) }}",
                "{{ s|tojson(ensure_ascii=true) }}",
                "{{ [[[[[1, 2, 3]]]]]|tojson(indent=20000) }}",
                "{{ '%s%s%s' % (s, s, s) }}",
                "{{ '%s%s%s'|format(s, s, s) }}",
                "{{ ('<' * 40000)|escape }}",
                "{{ ('\n' * 60000).splitlines()|length }}",
                "{{ ('a,' * 30000).split(',')|length }}",
                "{{ ('a ' * 40000).split()|length }}",
                "{{ ('a ' * 40000).rsplit()|length }}",
                "{{ s|list|length }}{{ s|list|length }}",
                "{{ range(60000)|list|length }}",
                "{{ [0] * 60000 }}",
                "{{ strftime_now('%A' * 50000) }}",
                "{% for i in range(100) %}{{ nothings|join }}{% endfor %}",
                "{% for i in range(100) %}{{ ''.join(nothings) }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|first }}{{ nothings|last }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|min }}{% endfor %}",
                "{% for i in range(100) %}{{ 1 in nothings }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|sum(start='') }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|reverse|first }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|unique|list|length }}{% endfor %}",
                "{% for i in range(100) %}{{ nothings|batch(30000)|list|length }}{% endfor %}",
                "{% for i in range(100) %}{{ s is upper }}{% endfor %}",
                "{% for i in range(100) %}{{ s is lower }}{% endfor %}",
                "{% for i in range(100) %}{% set n = namespace(map) %}{% endfor %}",
                "{% for i in range(100) %}{{ dict(map)|length }}{% endfor %}",
                "{% for i in range(1000) %}{{ map == map }}{% endfor %}",
            })
    void isBounded(String source) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("must");
    }

    @Test
    void isTheSameLetterCaseAsThatOfJava() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String text = Character.toString(c);
            assertThat(upper(text)).isEqualTo(text.toUpperCase(Locale.ROOT));
            assertThat(lower(text)).isEqualTo(text.toLowerCase(Locale.ROOT));
        }
        Random random = new Random(7);
        String letters = "aA\u00df\u0130\u03a3\u03c3i\u0307 .I\ud801\udc00";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(6, 0, letters.length()).forEach(at -> text.append(letters.charAt(at)));
            assertThat(lower(text.toString())).isEqualTo(text.toString().toLowerCase(Locale.ROOT));
            assertThat(upper(text.toString())).isEqualTo(text.toString().toUpperCase(Locale.ROOT));
        }
    }

    private static String upper(String text) {
        Output out = new Output(new Budget(Budget.Limits.DEFAULT));
        LetterCase.upper(text, out);
        return out.toString();
    }

    private static String lower(String text) {
        return LetterCase.lower(text, new Budget(Budget.Limits.DEFAULT));
    }

    private static String render(String source) {
        Map<String, Integer> map = new java.util.HashMap<>();
        for (int i = 0; i < 1000; i++) {
            map.put("k" + i, i);
        }
        return Template.parse(source)
                .render(
                        Map.of("s", GROWS, "nothings", NOTHINGS, "map", map),
                        LocalDateTime.of(2026, 1, 2, 3, 4),
                        SMALL);
    }
}
