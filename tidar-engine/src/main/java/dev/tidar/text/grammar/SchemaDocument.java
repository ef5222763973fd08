package dev.tidar.text.grammar;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A schema as text, parsed within bounds. References lead to places within the same document only. */
final class SchemaDocument {

    static final int MAX_CHARACTERS = 256 * 1024;
    static final int MAX_DEPTH = Json.MAX_DEPTH;

    private final JsonNode root;

    private SchemaDocument(JsonNode root) {
        this.root = root;
    }

    /** @throws InvalidRequestException if the text is no JSON object or boolean, or too large or deep */
    static SchemaDocument parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidRequestException(
                    "schema must have at most %d characters, but has %d".formatted(MAX_CHARACTERS, text.length()));
        }
        try {
            JsonNode root = Json.readExact(text);
            if (!root.isObject() && !root.isBoolean()) {
                throw new InvalidRequestException("schema must be a JSON object, but is %s"
                        .formatted(root.isMissingNode() ? "empty" : root.getNodeType()));
            }
            return new SchemaDocument(root);
        } catch (JacksonException e) {
            throw malformed(e.getOriginalMessage(), e);
        } catch (NumberFormatException e) { // an exponent beyond those of BigDecimal
            throw malformed(e.getMessage(), e);
        }
    }

    private static InvalidRequestException malformed(@Nullable String why, Exception cause) {
        return new InvalidRequestException(
                "schema must be JSON, but is not: %s".formatted(Place.shortened(String.valueOf(why))), cause);
    }

    Place root() {
        return new Place("", root);
    }

    /** The place that a {@code $ref} leads to. */
    Place target(Place from) {
        String reference = from.string("$ref");
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw from.unsupported(
                    "$ref " + reference, "only pointers into the same schema are followed, such as #/$defs/name");
        }
        JsonNode node = root;
        StringBuilder path = new StringBuilder();
        for (String part : reference.substring(1).split("/", -1)) {
            if (path.isEmpty() && part.isEmpty() && node == root) {
                continue; // what stands before the first slash
            }
            String name = decoded(from, part).replace("~1", "/").replace("~0", "~");
            node = node.isArray() && name.matches("0|[1-9][0-9]{0,5}")
                    ? node.path(Integer.parseInt(name))
                    : node.path(name);
            path.append('/').append(Place.escaped(name));
        }
        if (node.isMissingNode()) {
            throw from.wrong("$ref", "lead to a place in the schema");
        }
        return new Place(path.toString(), node);
    }

    private static String decoded(Place from, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw from.wrong("$ref", "be a pointer in URI form");
        }
    }

    /** A value in its shortest form. */
    static String write(JsonNode value) {
        return Json.write(value);
    }
}
