package dev.tidar.guide;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration metadata on the class path: that of TiDAR, of Spring Boot and of Spring AI. */
final class Metadata {

    private static final String NAMED_MODEL = "tidar\\.models\\.[^.]+\\.";

    private final List<Property> properties;
    private final List<Hint> hints;

    private Metadata(List<JsonNode> files) {
        properties = files.stream()
                .flatMap(file -> elements(file, "properties"))
                .map(Property::of)
                .sorted(Comparator.comparing(Property::name))
                .toList();
        hints = files.stream()
                .flatMap(file -> elements(file, "hints"))
                .flatMap(hint -> elements(hint, "values")
                        .map(value -> new Hint(text(hint, "name"), text(value, "value"), text(value, "description"))))
                .toList();
    }

    /** A property; its default is empty where it has none. */
    record Property(String name, String type, String description, String defaultValue) {

        private static Property of(JsonNode json) {
            return new Property(
                    text(json, "name"), text(json, "type"), text(json, "description"), text(json, "defaultValue"));
        }
    }

    /** A value that a property can have. */
    record Hint(String property, String value, String description) {}

    /** What all jars on the class path say. */
    static Metadata ofClassPath() {
        try {
            List<URL> files = Collections.list(
                    Metadata.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"));
            return new Metadata(files.stream().map(Metadata::read).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The properties that this project adds to an application. */
    List<Property> ofTidar() {
        return properties.stream()
                .filter(property -> property.name().startsWith("tidar.")
                        || property.name().startsWith("management.endpoint.tidar.")
                        || property.name().startsWith("management.health.tidar.")
                        || property.name().startsWith("management.health.tidar-routing."))
                .toList();
    }

    List<Hint> hints(String property) {
        return hints.stream().filter(hint -> hint.property().equals(property)).toList();
    }

    /** Whether there is such a property, also under a map or a list. */
    boolean knows(String name) {
        String single = name.replaceAll("\\[\\d+]", "").replaceFirst(NAMED_MODEL, "tidar.");
        return single.equals("tidar.keep-alive") && !single.equals(name)
                || properties.stream()
                        .anyMatch(property -> single.equals(property.name())
                                || isMap(property) && single.startsWith(property.name() + "."));
    }

    private static boolean isMap(Property property) {
        return property.type().startsWith("java.util.Map") && !property.name().equals("tidar.models");
    }

    private static JsonNode read(URL file) {
        try (InputStream in = file.openStream()) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<JsonNode> elements(JsonNode json, String name) {
        return json.path(name).valueStream();
    }

    private static String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isContainer() ? value.toString() : value.asString("");
    }
}
