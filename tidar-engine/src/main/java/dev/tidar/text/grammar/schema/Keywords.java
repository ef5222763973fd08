package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Which keywords of JSON Schema are enforced, and which say nothing about values. All others are refused by name. */
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

    /** Keywords that only a structured value can offend. */
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

    /** Refuses a place that is no schema, or has keywords that are not enforced. */
    static void check(Place place) {
        if (!place.node().isObject()) {
            throw new InvalidRequestException("schema %s: must be a schema, but is %s"
                    .formatted(place.shown(), Place.shortened(place.node().toString())));
        }
        for (String keyword : place.node().propertyNames()) {
            if (!ENFORCED.contains(keyword) && !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
                throw place.unsupported(keyword, "");
            }
        }
        if (place.has("$id") && !place.path().isEmpty()) {
            throw place.unsupported("$id", "only the whole schema may have one");
        }
        if (place.has("$schema") && !place.string("$schema").matches("https?://json-schema\\.org/.*")) {
            throw place.unsupported(
                    "$schema " + place.string("$schema"), "only the dialects of json-schema.org are known");
        }
        if (place.has("type")) {
            checkType(place);
        }
    }

    private static void checkType(Place place) {
        JsonNode type = place.get("type");
        Iterable<JsonNode> names = type.isArray() ? type : List.of(type);
        for (JsonNode name : names) {
            if (!name.isString() || !TYPES.contains(name.stringValue())) {
                throw place.wrong("type", "be one of " + TYPES.stream().sorted().toList());
            }
        }
    }
}
