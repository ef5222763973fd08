package dev.tidar.text.answer;

import dev.tidar.api.Tool;
import dev.tidar.json.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Moves the schema of a tool into a larger schema and adapts its references, so that they still lead to the same
 * schemas. Only references in schemas are adapted: a property may have the name {@code $ref}, and a constant may look
 * like a reference.
 */
final class SchemaReferences {

    private static final Set<String> ONE =
            Set.of("items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains");
    private static final Set<String> LISTED = Set.of("anyOf", "oneOf", "allOf", "prefixItems", "items");
    private static final Set<String> NAMED =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    private SchemaReferences() {}

    /** The pointer to the schema of a tool in the larger schema. */
    static String pointer(Tool tool) {
        return "#/$defs/" + tool.name();
    }

    /**
     * The schema of a tool as a subschema: its type is object, and keywords that only a root schema may have are gone.
     */
    static ObjectNode moved(Tool tool) {
        ObjectNode schema = (ObjectNode) Json.read(tool.parameters());
        move(schema, pointer(tool));
        schema.remove(List.of("$schema", "$id"));
        return schema.put("type", "object");
    }

    private static void move(JsonNode node, String pointer) {
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        JsonNode reference = schema.path("$ref");
        if (reference.isString() && reference.stringValue().startsWith("#")) {
            schema.put("$ref", pointer + reference.stringValue().substring(1));
        }
        for (String keyword : schema.propertyNames()) {
            JsonNode value = schema.get(keyword);
            if (ONE.contains(keyword)) {
                move(value, pointer);
            }
            if (LISTED.contains(keyword) && value.isArray() || NAMED.contains(keyword) && value.isObject()) {
                value.forEach(inner -> move(inner, pointer));
            }
        }
    }
}
