package dev.tidar.api;

import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * A function that the model may call. It is described to the model; the engine never runs it.
 *
 * @param name what a call names: 1 to {@value #MAX_NAME_LENGTH} ASCII letters, digits, {@code _}, {@code -} and
 *     {@code .}
 * @param description what it does, for the model; may be empty
 * @param parameters JSON Schema of the object of arguments, as JSON text
 */
public record Tool(String name, String description, String parameters) {

    /** Length of a name at most, in characters. */
    public static final int MAX_NAME_LENGTH = 128;

    /** Length of a schema at most, in characters. */
    public static final int MAX_SCHEMA_LENGTH = 1 << 16;

    public Tool {
        requireName("a tool name", name);
        Objects.requireNonNull(description, "description");
        JsonNode schema = JsonText.requireObject("the parameters of tool " + name, parameters, MAX_SCHEMA_LENGTH);
        JsonNode type = schema.path("type");
        if (!type.isMissingNode() && !(type.isString() && type.stringValue().equals("object"))) {
            throw new InvalidRequestException(
                    "the parameters of tool %s must be a schema of type object, but are of another type"
                            .formatted(name));
        }
    }

    static void requireName(String what, String name) {
        boolean plain = name.chars().allMatch(c -> JsonText.isWordCharacter(c) || c == '.');
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || !plain) {
            throw new InvalidRequestException(
                    "%s must have 1 to %d ASCII letters, digits, _, - and ., but has %d characters%s"
                            .formatted(what, MAX_NAME_LENGTH, name.length(), plain ? "" : ", others among them"));
        }
    }
}
