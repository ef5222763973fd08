package dev.tidar.openai.request;

import dev.tidar.openai.error.ApiError;
import dev.tidar.openai.error.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one JSON object of a request. Each value is read as what it is: a number in quotes is no number, 5.0 is
 * no whole number. A field that is null counts as unset, because clients send it so. Whoever has read all fields that
 * he knows rejects the others.
 */
final class JsonFields {

    private final JsonNode object;
    private final String path;
    private final Set<String> known = new HashSet<>();

    /** @param path where the object is in the request, such as {@code messages[0]}; empty for the request */
    JsonFields(JsonNode object, String path) {
        if (!object.isObject()) {
            throw path.isEmpty()
                    ? new ApiException(ApiError.invalid(
                            Optional.empty(),
                            Optional.empty(),
                            "the body must be a JSON object, but is " + kind(object)))
                    : ApiException.invalid(path, "%s must be an object, but is %s".formatted(path, shown(object)));
        }
        this.object = object;
        this.path = path;
    }

    Optional<String> text(String name) {
        return value(name, JsonNode::isString, "a string", JsonNode::stringValue);
    }

    Optional<Boolean> flag(String name) {
        return value(name, JsonNode::isBoolean, "true or false", JsonNode::booleanValue);
    }

    Optional<Integer> integer(String name) {
        return value(
                name,
                node -> node.isIntegralNumber() && node.canConvertToInt(),
                "a whole number of at most 32 bits",
                JsonNode::intValue);
    }

    Optional<Long> longInteger(String name) {
        return value(
                name,
                node -> node.isIntegralNumber() && node.canConvertToLong(),
                "a whole number of at most 64 bits",
                JsonNode::longValue);
    }

    Optional<Double> number(String name) {
        return value(name, JsonFields::isNumber, "a number", JsonNode::asDouble);
    }

    /** Whether a value is a number of a size that a double can hold, which 1e400 is not. */
    static boolean isNumber(JsonNode node) {
        return node.isNumber() && node.asDoubleOpt().isPresent();
    }

    Optional<JsonFields> object(String name) {
        return value(name, JsonNode::isObject, "an object", node -> new JsonFields(node, path(name)));
    }

    /** An object whose fields nobody here reads, such as a schema. */
    Optional<JsonNode> anyObject(String name) {
        return value(name, JsonNode::isObject, "an object", node -> node);
    }

    Optional<JsonNode> any(String name) {
        return value(name, node -> true, "", node -> node);
    }

    /** The elements of an array, each made from its value and its path. */
    <T> Optional<List<T>> list(String name, Element<T> element) {
        return value(name, JsonNode::isArray, "an array", array -> {
            List<T> read = new ArrayList<>(array.size());
            for (int i = 0; i < array.size(); i++) {
                read.add(element.read(array.get(i), "%s[%d]".formatted(path(name), i)));
            }
            return List.copyOf(read);
        });
    }

    /** Makes an element of an array. */
    interface Element<T> {
        T read(JsonNode node, String path);
    }

    /** The value of a field that the request must have. */
    <T> T required(String name, Optional<T> value) {
        return value.orElseThrow(() -> invalid(name, "must be given, but is missing"));
    }

    /** Leaves fields unread that change nothing in an answer. */
    void ignore(String... names) {
        known.addAll(List.of(names));
    }

    /** Rejects a field that would change the answer, unless it asks for what is done anyway. */
    void reject(String name, Predicate<JsonNode> harmless, String rule) {
        any(name).filter(node -> !harmless.test(node)).ifPresent(node -> {
            throw invalid(name, rule);
        });
    }

    /** Rejects every field that was neither read nor ignored. */
    void rejectOthers() {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw new ApiException(ApiError.invalid(
                        Optional.of(path(quoted(name))),
                        Optional.of("unknown_parameter"),
                        "%s must be left out: this server does not know it".formatted(path(quoted(name)))));
            }
        }
    }

    /** @param rule what must be, and what is: {@code must be 1, but is 2} */
    ApiException invalid(String name, String rule) {
        return ApiException.invalid(path(name), path(name) + " " + rule);
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private <T> Optional<T> value(
            String name, Predicate<JsonNode> fits, String wanted, Function<JsonNode, ? extends T> read) {
        known.add(name);
        JsonNode node = object.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!fits.test(node)) {
            throw invalid(name, "must be %s, but is %s".formatted(wanted, shown(node)));
        }
        return Optional.of(read.apply(node));
    }

    /** Numbers and booleans as they are; of what may be a user's text, only what kind of value it is. */
    static String shown(JsonNode node) {
        String text = node.isNumber() || node.isBoolean() ? node.toString() : kind(node);
        return text.length() > 40 ? kind(node) : text;
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case MISSING -> "empty";
            default -> "a " + node.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static String quoted(String name) {
        return name.length() > 64 ? name.substring(0, 64) + "..." : name;
    }
}
