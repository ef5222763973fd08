package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A schema that was parsed from text, within limits. References can only lead to schemas in the same document. */
final class SchemaDocument {

    static final int MAX_CHARACTERS = 256 * 1024;
    static final int MAX_DEPTH = Json.MAX_DEPTH;

    private final JsonNode root;

    private SchemaDocument(JsonNode root) {
        this.root = root;
    }

    /**
     * @throws InvalidRequestException if the text is not a JSON object or boolean, or is too long or nested too deep
     */
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
        } catch (NumberFormatException e) { // an exponent that BigDecimal cannot represent
            throw malformed(e.getMessage(), e);
        }
    }

    private static InvalidRequestException malformed(@Nullable String why, Exception cause) {
        return new InvalidRequestException(
                "schema must be JSON, but is not: %s".formatted(SchemaNode.shortened(String.valueOf(why))), cause);
    }

    SchemaNode root() {
        return new SchemaNode("", root);
    }

    /** The schema that a {@code $ref} leads to. */
    SchemaNode target(SchemaNode from) {
        String reference = from.string("$ref");
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw from.unsupported(
                    "$ref " + reference, "only pointers into the same schema are followed, such as #/$defs/name");
        }
        JsonNode node = root;
        StringBuilder path = new StringBuilder();
        for (String part : reference.substring(1).split("/", -1)) {
            if (path.isEmpty() && part.isEmpty() && node == root) {
                continue; // the part before the first slash
            }
            String name = decoded(from, part).replace("~1", "/").replace("~0", "~");
            node = node.isArray() && name.matches("0|[1-9][0-9]{0,5}")
                    ? node.path(Integer.parseInt(name))
                    : node.path(name);
            path.append('/').append(SchemaNode.escaped(name));
        }
        if (node.isMissingNode()) {
            throw from.invalid("$ref", "lead to a place in the schema");
        }
        return new SchemaNode(path.toString(), node);
    }

    private static String decoded(SchemaNode from, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw from.invalid("$ref", "be a pointer in URI form");
        }
    }

    /** A value as JSON in its shortest form. */
    static String write(JsonNode value) {
        return Json.write(value);
    }
}
