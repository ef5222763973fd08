package dev.tidar.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.text.jinja.value.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Every rendering equals the one that Jinja2 made of the same template and variables; what it rejected is rejected. */
@DisplayName("A template renders as Jinja2 renders it")
class JinjaGoldenTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 1, 12, 30);

    @TestFactory
    Stream<DynamicTest> chatTemplates() {
        return cases("expected.json")
                .map(row -> DynamicTest.dynamicTest(
                        row.get("template") + ": " + row.get("case"),
                        () -> check(resource("src/" + row.get("template")), row)));
    }

    @TestFactory
    Stream<DynamicTest> smallConstructs() {
        return constructs("constructs.json");
    }

    @TestFactory
    Stream<DynamicTest> semanticsOfPython() {
        return constructs("semantics.json");
    }

    private static Stream<DynamicTest> constructs(String file) {
        return cases(file).map(row -> {
            String template = (String) row.get("template");
            return DynamicTest.dynamicTest("'" + template.replace("\n", "\\n") + "'", () -> check(template, row));
        });
    }

    @SuppressWarnings("unchecked")
    private static void check(String source, Map<String, Object> row) {
        var expected = (Map<String, String>) row.get("expected");
        var variables = (Map<String, Object>) row.get("variables");
        if (expected.containsKey("text")) {
            assertThat(Template.parse(source).render(variables, NOW)).isEqualTo(expected.get("text"));
        } else if (expected.containsKey("syntax_error")) {
            assertThatThrownBy(() -> Template.parse(source))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageMatching("(?s)line \\d+, column \\d+: .+");
        } else {
            assertThatThrownBy(() -> Template.parse(source).render(variables, NOW))
                    .isInstanceOf(TemplateException.class);
        }
    }

    private static Stream<Map<String, Object>> cases(String file) {
        return new JsonMapper().readValue(resource(file), new TypeReference<List<Map<String, Object>>>() {}).stream();
    }

    private static String resource(String name) {
        try (InputStream in = JinjaGoldenTest.class.getResourceAsStream("/templates/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
