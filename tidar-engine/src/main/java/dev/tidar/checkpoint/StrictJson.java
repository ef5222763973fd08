package dev.tidar.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidar.api.InvalidModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.Path;
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
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON of files that nobody vouches for: UTF-8 only, no duplicate keys, nothing after the end, bounded in depth and
 * length.
 */
final class StrictJson {

    static final int MAX_DEPTH = 32;
    static final int MAX_NAME_LENGTH = 1024;
    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_TOKENS = 4_000_000;

    /** Names are not pooled: a pool keeps them beyond the parse, and its hash can be attacked. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /** The object that fills a file of at most so many bytes. */
    static JsonFields read(Path file, long maxBytes) {
        byte[] bytes = readBytes(file, maxBytes);
        if (bytes.length == 0) {
            throw Problem.corrupt(file, "must be a JSON object, but is empty");
        }
        ForeignFormat.detect(bytes).ifPresent(format -> {
            throw Problem.foreign(file, "must be JSON, but this is %s", format.description());
        });
        if (bytes[0] == (byte) 0xef) {
            throw Problem.corrupt(file, "must be UTF-8 without a byte-order mark; save it again without one");
        }
        requireUtf8(file, bytes);
        try {
            JsonNode root = MAPPER.readTree(new InputStreamReader(new ByteArrayInputStream(bytes), UTF_8));
            if (!root.isObject()) {
                throw Problem.corrupt(
                        file,
                        "must be a JSON object, but is %s",
                        root.getNodeType().name());
            }
            return new JsonFields(file, "", root);
        } catch (JacksonException e) {
            throw malformed(file, "file", e);
        }
    }

    /** A streaming parser over UTF-8 that was checked before. */
    static JsonParser parser(byte[] utf8) {
        Reader reader = new InputStreamReader(new ByteArrayInputStream(utf8), UTF_8);
        return FACTORY.createParser(ObjectReadContext.empty(), reader);
    }

    static InvalidModelException malformed(Path file, String part, JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        String where = location == null
                ? ""
                : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
        return Problem.corrupt(file, "%s is not valid JSON%s: %s", part, where, e.getOriginalMessage());
    }

    /** Checks the encoding without keeping the text; the error tells the offset of the first bad byte. */
    static void requireUtf8(Path file, byte[] bytes) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer scratch = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            result = decoder.decode(in, scratch.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw Problem.corrupt(file, "must be UTF-8, but is not at byte %d of its JSON", in.position());
        }
    }

    private static byte[] readBytes(Path file, long maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw Problem.corrupt(file, "must have at most %d bytes, but has %d", maxBytes, Files.size(file));
            }
            return bytes;
        } catch (IOException e) {
            throw Problem.unreadable(file, e);
        }
    }
}
