package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one JSON object, read by type. A field that is absent or {@code null} is empty; one of the wrong type
 * is an error that names the file, the field and the value.
 *
 * @param prefix path of this object in its file, with a dot at its end; empty for the whole file
 */
record JsonFields(Path file, String prefix, JsonNode node) {

    List<String> names() {
        return List.copyOf(node.propertyNames());
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    Optional<String> string(String key) {
        return value(key).map(found -> {
            if (!found.isString()) {
                throw wrong(key, "be a string", found);
            }
            return found.stringValue();
        });
    }

    Optional<Boolean> flag(String key) {
        return value(key).map(found -> {
            if (!found.isBoolean()) {
                throw wrong(key, "be true or false", found);
            }
            return found.booleanValue();
        });
    }

    boolean isTrue(String key) {
        return flag(key).orElse(false);
    }

    /** A whole number in {@code [min, max]}. */
    OptionalInt integer(String key, int min, int max) {
        Optional<JsonNode> found = value(key);
        return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(integer(key, found.get(), min, max));
    }

    int requiredInteger(String key, int min, int max) {
        return integer(key, min, max).orElseThrow(() -> missing(key));
    }

    OptionalDouble number(String key) {
        Optional<JsonNode> found = value(key);
        if (found.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!found.get().isNumber() || !Double.isFinite(found.get().doubleValue())) {
            throw wrong(key, "be a number", found.get());
        }
        return OptionalDouble.of(found.get().doubleValue());
    }

    Optional<JsonFields> object(String key) {
        return value(key).map(found -> {
            if (!found.isObject()) {
                throw wrong(key, "be an object", found);
            }
            return new JsonFields(file, prefix + key + ".", found);
        });
    }

    /** The strings of a list; a single string counts as a list of one. */
    Optional<List<String>> strings(String key) {
        return value(key)
                .map(found -> elements(found).stream()
                        .map(element -> {
                            if (!element.isString()) {
                                throw wrong(key, "be a string or a list of strings", found);
                            }
                            return element.stringValue();
                        })
                        .toList());
    }

    /** The whole numbers of a list, each in {@code [min, max]}; a single number counts as a list of one. */
    Optional<List<Integer>> integers(String key, int min, int max) {
        return value(key)
                .map(found -> elements(found).stream()
                        .map(element -> integer(key, element, min, max))
                        .toList());
    }

    /** Whether the field says nothing: absent, null, false, an empty list or an empty object. */
    boolean saysNothing(String key) {
        return value(key)
                .map(found -> found.isContainer() ? found.isEmpty() : found.isBoolean() && !found.booleanValue())
                .orElse(true);
    }

    /** The value as the file spells it, for messages. */
    String shown(String key) {
        return value(key).map(JsonNode::toString).orElse("missing");
    }

    InvalidModelException missing(String key) {
        return Problem.corrupt(file, "%s%s is missing", prefix, key);
    }

    InvalidModelException unsupported(String key, String allowed) {
        return Problem.unsupported(file, "%s%s must be %s, but is %s", prefix, key, allowed, shown(key));
    }

    private Optional<JsonNode> value(String key) {
        return node.optional(key).filter(found -> !found.isNull());
    }

    private int integer(String key, JsonNode found, int min, int max) {
        boolean whole = found.isIntegralNumber() && found.canConvertToInt();
        if (!whole || found.intValue() < min || found.intValue() > max) {
            throw wrong(key, "be a whole number from %d to %d".formatted(min, max), found);
        }
        return found.intValue();
    }

    private static List<JsonNode> elements(JsonNode found) {
        return found.isArray() ? new ArrayList<>(found.values()) : List.of(found);
    }

    private InvalidModelException wrong(String key, String rule, JsonNode found) {
        return Problem.corrupt(file, "%s%s must %s, but is %s", prefix, key, rule, found);
    }
}
