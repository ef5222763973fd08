package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The values of a JSON object by key. One that is there and not of its kind is refused by name, without its text, which
 * may be a prompt.
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

    /** The keys among these that are there. */
    List<String> given(List<String> keys) {
        return keys.stream().filter(object::has).toList();
    }

    OptionalInt integer(String key) {
        return value(key, JsonNode::isInt, "a whole number of 32 bits")
                .map(node -> OptionalInt.of(node.intValue()))
                .orElseGet(OptionalInt::empty);
    }

    OptionalLong wholeNumber(String key) {
        return value(key, node -> node.isIntegralNumber() && node.canConvertToLong(), "a whole number of 64 bits")
                .map(node -> OptionalLong.of(node.longValue()))
                .orElseGet(OptionalLong::empty);
    }

    OptionalDouble number(String key) {
        return value(key, JsonNode::isNumber, "a number")
                .map(node -> OptionalDouble.of(node.doubleValue()))
                .orElseGet(OptionalDouble::empty);
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

    /** What a value is, without its text. */
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
