package dev.tidar.api;

import dev.tidar.json.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The rules for JSON that a request has as text. */
final class JsonText {

    private JsonText() {}

    /**
     * Rejects what is not the text of one JSON object.
     *
     * @param what what the text is, for the message
     * @return the object
     */
    static JsonNode requireObject(String what, String text, int maxLength) {
        if (text.length() > maxLength) {
            throw new InvalidRequestException(
                    "%s must have at most %d characters, but have %d".formatted(what, maxLength, text.length()));
        }
        JsonNode node;
        try {
            node = Json.read(text);
        } catch (JacksonException e) {
            throw new InvalidRequestException("%s must be JSON at most %d deep without repeated keys, but are not"
                    .formatted(what, Json.MAX_DEPTH));
        }
        if (!node.isObject()) {
            throw new InvalidRequestException("%s must be a JSON object, but are %s"
                    .formatted(what, node.isMissingNode() ? "empty" : "of type " + node.getNodeType()));
        }
        return node;
    }

    /** ASCII letters, digits, {@code _} and {@code -}. */
    static boolean isWordCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }
}
