package dev.tidar.guide;

import dev.tidar.guide.Metadata.Hint;
import dev.tidar.guide.Metadata.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The page of all properties, as the configuration metadata gives it. */
final class PropertiesPage {

    private static final String HEAD = """
            # Properties

            <!-- Written by PropertiesPageTest from the configuration metadata. Change the descriptions in the sources, then run
                 mvn -pl guide -am test -Dtest=PropertiesPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dtidar.test.docs=write -->

            What `tidar-spring-boot-starter`, `tidar-openai-api` and `tidar-routing` add to an application, in the words of your IDE. Only `tidar.model` must be set. An empty default means that the property is not set; what that means is in its description. A value out of range, or one that does not fit another one, ends the start with the name of the property and the rule.

            Under `tidar.models.<name>` each model has all properties of the sections up to `tidar.watchdog` but `tidar.models`, with `tidar.models.<name>` in place of `tidar`, and `keep-alive` ([several models](serving.md#several-models)). Which one to change for what: [tuning](tuning.md). Options of a request: [answers](answers.md). Models by name: [settings](models-by-name.md#settings), with the environment variables that count where a property is not set.

            `spring.ai.model.chat` is Spring AI's. Of its values two concern this model:<br>%s
            """;

    /** Modules of their own, whose properties stand together. */
    private static final List<String> ONE_SECTION = List.of("tidar.openai", "tidar.routing");

    private PropertiesPage() {}

    static String of(Metadata metadata) {
        Map<String, List<Property>> sections = new TreeMap<>(PropertiesPage::inOrder);
        metadata.ofTidar()
                .forEach(property -> sections.computeIfAbsent(section(property.name()), name -> new ArrayList<>())
                        .add(property));
        var page = new StringBuilder(HEAD.formatted(values(metadata.hints("spring.ai.model.chat"))));
        sections.forEach((section, properties) -> {
            page.append("\n## `%s`\n\n| property | type | default | meaning |\n| --- | --- | --- | --- |\n"
                    .formatted(section));
            properties.forEach(property -> page.append(row(property, metadata.hints(property.name()))));
        });
        return page.toString();
    }

    private static String section(String name) {
        String group = name.substring(0, name.lastIndexOf('.'));
        return group.startsWith("management.")
                ? "management"
                : ONE_SECTION.stream()
                        .filter(one -> group.startsWith(one + "."))
                        .findFirst()
                        .orElse(group);
    }

    /** What belongs to the engine first, then what serves it, then what is Boot's. */
    private static int inOrder(String one, String other) {
        int places = Integer.compare(place(one), place(other));
        return places != 0 ? places : one.compareTo(other);
    }

    private static int place(String section) {
        return switch (section) {
            case "tidar.openai" -> 1;
            case "tidar.routing" -> 2;
            case "management" -> 3;
            default -> 0;
        };
    }

    private static String row(Property property, List<Hint> hints) {
        String meaning = hints.isEmpty() ? property.description() : property.description() + "<br>" + values(hints);
        String value = property.defaultValue().isEmpty() ? "" : "`" + property.defaultValue() + "`";
        return "| `%s` | %s | %s | %s |\n"
                .formatted(property.name(), type(property.type()), value, meaning.replace("|", "\\|"));
    }

    private static String type(String type) {
        String simple = type.replaceAll("[\\w.]*[.$](\\w+)", "$1").replace(",", ", ");
        return simple.contains("<") ? "`" + simple + "`" : simple;
    }

    private static String values(List<Hint> hints) {
        return hints.stream()
                .map(hint -> "`%s`: %s".formatted(hint.value(), hint.description()))
                .collect(Collectors.joining("<br>"));
    }
}
