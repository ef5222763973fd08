package dev.tidar.text.answer;

import dev.tidar.api.Tool;
import dev.tidar.json.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Moves the schema of a tool to a place inside a larger one: references within it go on to lead where they led. Only
 * what is a schema is looked at; a property may be called {@code $ref}, and a constant may look like one.
 */
final class SchemaReferences {

    private static final Set<String> ONE =
            Set.of("items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains");
    private static final Set<String> LISTED = Set.of("anyOf", "oneOf", "allOf", "prefixItems", "items");
    private static final Set<String> NAMED =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    private SchemaReferences() {}

    /** Where the schema of a tool stands. */
    static String place(Tool tool) {
        return "#/$defs/" + tool.name();
    }

    /** The schema of a tool for its place: of an object, without what only a whole document has. */
    static ObjectNode moved(Tool tool) {
        ObjectNode schema = (ObjectNode) Json.read(tool.parameters());
        move(schema, place(tool));
        schema.remove(List.of("$schema", "$id"));
        return schema.put("type", "object");
    }

    private static void move(JsonNode node, String place) {
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        JsonNode reference = schema.path("$ref");
        if (reference.isString() && reference.stringValue().startsWith("#")) {
            schema.put("$ref", place + reference.stringValue().substring(1));
        }
        for (String keyword : schema.propertyNames()) {
            JsonNode value = schema.get(keyword);
            if (ONE.contains(keyword)) {
                move(value, place);
            }
            if (LISTED.contains(keyword) && value.isArray() || NAMED.contains(keyword) && value.isObject()) {
                value.forEach(inner -> move(inner, place));
            }
        }
    }
}
