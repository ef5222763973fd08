package dev.tidar.api;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rules for JSON that a request has as text. */
final class JsonText {

    /** Depth of nested objects and arrays at most. */
    private static final int MAX_DEPTH = 64;

    /** Names are not pooled: a pool keeps them beyond the parse, and its hash can be attacked. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonText() {}

    /**
     * Refuses what is not the text of one JSON object.
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
            node = MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new InvalidRequestException(
                    "%s must be JSON at most %d deep without repeated keys, but are not".formatted(what, MAX_DEPTH));
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
