package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What the chat templates of current models use, by family; PROVENANCE.md says where the names were read. */
@DisplayName("The interpreter has every construct of the chat template of")
class ConstructsInUseTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 1, 12, 30);

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/templates/constructs-in-use.csv", numLinesToSkip = 1, emptyValue = "")
    void family(String family, String filters, String tests, String functions, String methods) {
        for (String filter : names(filters)) {
            accepts("{% if false %}{{ x | " + filter + " }}{% endif %}");
        }
        for (String test : names(tests)) {
            accepts("{% if false %}{{ x is " + test + " }}{% endif %}");
        }
        for (String function : names(functions)) {
            accepts("{% if false %}{{ " + function + "(1) }}{% endif %}");
        }
        for (String method : names(methods)) {
            accepts("{% if not ('a'." + method + " is callable or {}." + method + " is callable) %}"
                    + "{{ raise_exception('" + method + "') }}{% endif %}");
        }
    }

    private static List<String> names(String words) {
        return words == null ? List.of() : List.of(words.split(" "));
    }

    private static void accepts(String source) {
        assertThatCode(() -> Template.parse(source).render(Map.of("x", "a"), NOW))
                .as(source)
                .doesNotThrowAnyException();
    }
}
