package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The keywords of JSON Schema that are enforced, and those that are annotations. All others are rejected by name. */
final class Keywords {

    private static final Set<String> ENFORCED = Set.of(
            "$ref",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "type",
            "uniqueItems");

    private static final Set<String> ANNOTATIONS = Set.of(
            "$comment",
            "$defs",
            "$id",
            "$schema",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "deprecated",
            "description",
            "example",
            "examples",
            "readOnly",
            "title",
            "writeOnly");

    /** Keywords that only arrays and objects can violate. */
    static final Set<String> OF_STRUCTURES = Set.of(
            "additionalProperties",
            "items",
            "maxItems",
            "maxProperties",
            "minItems",
            "minProperties",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "uniqueItems");

    private static final Set<String> TYPES =
            Set.of("null", "boolean", "integer", "number", "string", "array", "object");

    private Keywords() {}

    /** Rejects a node that is not a schema, or that has keywords which are not enforced. */
    static void check(SchemaNode schema) {
        if (!schema.node().isObject()) {
            throw new InvalidRequestException("schema %s: must be a schema, but is %s"
                    .formatted(
                            schema.location(),
                            SchemaNode.shortened(schema.node().toString())));
        }
        for (String keyword : schema.node().propertyNames()) {
            if (!ENFORCED.contains(keyword) && !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
                throw schema.unsupported(keyword, "");
            }
        }
        if (schema.has("$id") && !schema.path().isEmpty()) {
            throw schema.unsupported("$id", "only the whole schema may have one");
        }
        if (schema.has("$schema") && !schema.string("$schema").matches("https?://json-schema\\.org/.*")) {
            throw schema.unsupported(
                    "$schema " + schema.string("$schema"), "only the dialects of json-schema.org are known");
        }
        if (schema.has("type")) {
            checkType(schema);
        }
    }

    private static void checkType(SchemaNode schema) {
        JsonNode type = schema.get("type");
        Iterable<JsonNode> names = type.isArray() ? type : List.of(type);
        for (JsonNode name : names) {
            if (!name.isString() || !TYPES.contains(name.stringValue())) {
                throw schema.invalid(
                        "type", "be one of " + TYPES.stream().sorted().toList());
            }
        }
    }
}
