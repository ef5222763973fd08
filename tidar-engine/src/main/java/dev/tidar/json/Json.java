package dev.tidar.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes JSON from untrusted sources. Duplicate keys and anything after the end are errors, and there are
 * limits on nesting and on the length of names, strings and numbers. The caller limits the length of the whole text,
 * because the limit depends on the purpose.
 */
public final class Json {

    /** Maximum nesting of objects and arrays. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_NAME_LENGTH = 1 << 16;
    private static final int MAX_STRING_LENGTH = 1 << 24;
    private static final int MAX_NUMBER_LENGTH = 400;
    private static final int MAX_TOKENS = 8_000_000;

    /** Names are not pooled: a pool would keep them after the parse, and its hash can be attacked. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxStringLength(MAX_STRING_LENGTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader EXACT = MAPPER.readerFor(JsonNode.class)
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

    private static final ObjectReader LENIENT = EXACT.without(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final ObjectReader PART =
            MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /**
     * Reads one value.
     *
     * @return the value; a missing node where the text is blank
     * @throws JacksonException if the text is not JSON within the bounds
     */
    public static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * Reads one value like {@link #read}, but keeps the digits of numbers as they are written.
     *
     * @throws JacksonException if the text is not JSON within the bounds
     * @throws NumberFormatException if an exponent is out of the range of {@link java.math.BigDecimal}
     */
    public static JsonNode readExact(String text) {
        return EXACT.readTree(text);
    }

    /**
     * Reads JSON that a model wrote: like {@link #readExact}, but the last of several members with the same name
     * counts, and anything after the value is ignored.
     */
    public static JsonNode readLenient(String text) {
        return LENIENT.readTree(text);
    }

    /** Reads one value like {@link #read(String)}, from UTF-8 that was checked before. */
    public static JsonNode read(byte[] utf8) {
        return MAPPER.readTree(reader(utf8));
    }

    /** Returns a streaming parser with the same limits for UTF-8 that was checked before; the caller closes it. */
    public static JsonParser parser(byte[] utf8) {
        return FACTORY.createParser(ObjectReadContext.empty(), reader(utf8));
    }

    /** Reads the value that a parser of {@link #parser} stands at. */
    public static JsonNode readValue(JsonParser parser) {
        return PART.readValue(parser);
    }

    private static Reader reader(byte[] utf8) {
        return new InputStreamReader(new ByteArrayInputStream(utf8), UTF_8);
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Returns the value in its shortest form. */
    public static String write(JsonNode value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Says that a text is not valid JSON, why, and at which line and column where they are known. */
    public static String describe(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        String where = location == null
                ? ""
                : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
        return "not valid JSON%s: %s".formatted(where, e.getOriginalMessage());
    }
}
