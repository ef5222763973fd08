package dev.tidar.text.tokenizer;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text or JSON file of a model folder, read within bounds. Every fault is an {@link InvalidModelException} that names
 * the file.
 */
final class JsonFile {

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /** The object in this file; empty when there is no such file. */
    static Optional<ObjectNode> read(Path file, long maxBytes) {
        return readText(file, maxBytes).map(text -> parse(file, text));
    }

    /** The text of this file, which must be UTF-8; empty when there is no such file. */
    static Optional<String> readText(Path file, long maxBytes) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            long bytes = Files.size(file);
            if (bytes > maxBytes) {
                throw new InvalidModelException(
                        Fault.CORRUPT, "%s must have at most %d bytes, but has %d".formatted(file, maxBytes, bytes));
            }
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw new InvalidModelException(Fault.CORRUPT, "%s must be UTF-8, but is not".formatted(file), e);
        } catch (IOException e) {
            throw new InvalidModelException(
                    Fault.INCOMPLETE, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The object that this text is, which was checked before. */
    static ObjectNode parse(String text) {
        return (ObjectNode) STRICT.readTree(text);
    }

    static String write(JsonNode node) {
        return STRICT.writeValueAsString(node);
    }

    private static ObjectNode parse(Path file, String text) {
        if (text.startsWith("version https://git-lfs")) {
            throw new InvalidModelException(
                    Fault.NOT_A_CHECKPOINT,
                    "%s must be JSON, but is a pointer to large-file storage: fetch the file itself (git lfs pull)"
                            .formatted(file));
        }
        try {
            if (STRICT.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new InvalidModelException(
                    Fault.CORRUPT, "%s must be JSON, but is not: %s".formatted(file, e.getMessage()), e);
        }
        throw new InvalidModelException(Fault.CORRUPT, "%s must hold a JSON object, but does not".formatted(file));
    }
}
