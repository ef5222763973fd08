package dev.tidar.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one JSON object, read by type. A field that is absent or {@code null} is empty; one of the wrong type
 * is an error that names the field and the value.
 *
 * @param prefix path of this object in its document, with a dot at its end; empty for the whole document
 * @param errors creates the exceptions, which also name the document
 */
public record JsonFields(JsonNode node, String prefix, Errors errors) {

    /** Creates the exceptions for one document. The implementation decides how values are shown. */
    public interface Errors {

        /** Creates the exception for a document that breaks a rule. */
        RuntimeException wrong(String message, Object... values);

        /** Creates the exception for a document that is valid, but asks for something that is not supported. */
        RuntimeException unsupported(String message, Object... values);

        /**
         * Creates the exception for a setting of the user that contradicts a document; by default that is wrong too.
         */
        default RuntimeException contradicted(String message, Object... values) {
            return wrong(message, values);
        }
    }

    public List<String> names() {
        return List.copyOf(node.propertyNames());
    }

    public boolean has(String key) {
        return value(key).isPresent();
    }

    public Optional<String> string(String key) {
        return value(key).map(found -> {
            if (!found.isString()) {
                throw wrong(key, "be a string", found);
            }
            return found.stringValue();
        });
    }

    public Optional<Boolean> flag(String key) {
        return value(key).map(found -> {
            if (!found.isBoolean()) {
                throw wrong(key, "be true or false", found);
            }
            return found.booleanValue();
        });
    }

    public boolean isTrue(String key) {
        return flag(key).orElse(false);
    }

    /** Returns an integer in {@code [min, max]}. */
    public OptionalInt integer(String key, int min, int max) {
        Optional<JsonNode> found = value(key);
        return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(integer(key, found.get(), min, max));
    }

    public int requiredInteger(String key, int min, int max) {
        return integer(key, min, max).orElseThrow(() -> missing(key));
    }

    public OptionalDouble number(String key) {
        Optional<JsonNode> found = value(key);
        if (found.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!found.get().isNumber() || !Double.isFinite(found.get().doubleValue())) {
            throw wrong(key, "be a number", found.get());
        }
        return OptionalDouble.of(found.get().doubleValue());
    }

    public Optional<JsonFields> object(String key) {
        return value(key).map(found -> {
            if (!found.isObject()) {
                throw wrong(key, "be an object", found);
            }
            return new JsonFields(found, prefix + key + ".", errors);
        });
    }

    /** Returns the strings of a list; a single string counts as a list of one. */
    public Optional<List<String>> strings(String key) {
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

    /** Returns the integers of a list, each in {@code [min, max]}; a single integer counts as a list of one. */
    public Optional<List<Integer>> integers(String key, int min, int max) {
        return value(key)
                .map(found -> elements(found).stream()
                        .map(element -> integer(key, element, min, max))
                        .toList());
    }

    /** Returns the numbers of a list; a single number counts as a list of one. */
    public Optional<List<Double>> numbers(String key) {
        return value(key)
                .map(found -> elements(found).stream()
                        .map(element -> {
                            if (!element.isNumber() || !Double.isFinite(element.doubleValue())) {
                                throw wrong(key, "be a list of numbers", found);
                            }
                            return element.doubleValue();
                        })
                        .toList());
    }

    /** Whether the field has no effect: it is absent, null, false, an empty list or an empty object. */
    public boolean isUnset(String key) {
        return value(key)
                .map(found -> found.isContainer() ? found.isEmpty() : found.isBoolean() && !found.booleanValue())
                .orElse(true);
    }

    /** Returns the value as the document spells it, for messages. */
    public String shown(String key) {
        return value(key).map(JsonNode::toString).orElse("missing");
    }

    public RuntimeException missing(String key) {
        return errors.wrong("%s%s is missing", prefix, key);
    }

    public RuntimeException unsupported(String key, String allowed) {
        return errors.unsupported("%s%s must be %s, but is %s", prefix, key, allowed, shown(key));
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

    private RuntimeException wrong(String key, String rule, JsonNode found) {
        return errors.wrong("%s%s must %s, but is %s", prefix, key, rule, found);
    }
}
