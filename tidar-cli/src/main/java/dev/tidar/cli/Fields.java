package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The values of a JSON object by key. A value of the wrong kind is rejected by its key and without its text, which may
 * be a prompt.
 */
record Fields(JsonNode object) {

    void requireKnown(Set<String> names) {
        List<String> unknown =
                object.propertyNames().stream().filter(n -> !names.contains(n)).toList();
        require(
                unknown.isEmpty(),
                "unknown key '%s'; known are %s",
                String.join("', '", unknown),
                names.stream().sorted().collect(Collectors.joining(", ")));
    }

    /** Returns those of the keys that the object has. */
    List<String> given(List<String> keys) {
        return keys.stream().filter(object::has).toList();
    }

    Optional<Integer> integer(String key) {
        return value(key, JsonNode::isInt, "a whole number of 32 bits").map(JsonNode::intValue);
    }

    Optional<Long> wholeNumber(String key) {
        return value(key, node -> node.isIntegralNumber() && node.canConvertToLong(), "a whole number of 64 bits")
                .map(JsonNode::longValue);
    }

    Optional<Double> number(String key) {
        return value(key, JsonNode::isNumber, "a number").map(JsonNode::doubleValue);
    }

    Optional<Boolean> flag(String key) {
        return value(key, JsonNode::isBoolean, "true or false").map(JsonNode::booleanValue);
    }

    Optional<String> text(String key) {
        return value(key, JsonNode::isString, "a text").map(JsonNode::stringValue);
    }

    Optional<List<String>> texts(String key) {
        return value(key, node -> isListOf(node, JsonNode::isString), "a list of at least one text")
                .map(node -> node.valueStream().map(JsonNode::stringValue).toList());
    }

    Optional<List<Integer>> integers(String key) {
        return value(key, node -> isListOf(node, JsonNode::isInt), "a list of at least one whole number of 32 bits")
                .map(node -> node.valueStream().map(JsonNode::intValue).toList());
    }

    Optional<JsonNode> value(String key, Predicate<JsonNode> fits, String rule) {
        JsonNode value = object.path(key);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(fits.test(value), "%s must be %s, but is %s", key, rule, kind(value));
        return Optional.of(value);
    }

    private static boolean isListOf(JsonNode node, Predicate<JsonNode> kind) {
        return node.isArray() && !node.isEmpty() && node.valueStream().allMatch(kind);
    }

    /** Describes what kind of value it is, without its text. */
    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER, BOOLEAN, NULL -> value.toString();
            case STRING -> "a text";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "missing";
        };
    }

    static void require(boolean rule, String message, Object... values) {
        if (!rule) {
            throw new InvalidRequestException(message.formatted(values));
        }
    }
}
