package dev.tidar.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.json.Json;
import dev.tidar.json.JsonFields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the text and JSON files of a model folder, up to a maximum size and through {@link ModelFolder#file}, which
 * rejects what is no plain file of the folder. Every fault is an {@link InvalidModelException} that names the file.
 */
public final class ModelFile {

    private ModelFile() {}

    /** Returns the text of a file of at most {@code maxBytes}, which must be UTF-8; empty if there is no such file. */
    public static Optional<String> text(Path file, int maxBytes) {
        return utf8(file, maxBytes).map(bytes -> new String(bytes, UTF_8));
    }

    /** Returns the bytes of a file of at most {@code maxBytes}, which must be UTF-8; empty if there is no such file. */
    public static Optional<byte[]> utf8(Path file, int maxBytes) {
        if (!isThere(file)) {
            return Optional.empty();
        }
        byte[] bytes = bytes(file, maxBytes);
        requireUtf8(file, bytes);
        return Optional.of(bytes);
    }

    /** Returns the size of a file of at most {@code maxBytes}; 0 if there is no such file. */
    public static long size(Path file, int maxBytes) {
        try {
            long bytes = isThere(file) ? Files.size(opened(file)) : 0;
            if (bytes > maxBytes) {
                throw tooLong(file, maxBytes);
            }
            return bytes;
        } catch (IOException e) {
            throw Problem.unreadable(file, e);
        }
    }

    /** Returns the JSON object that fills a file of at most {@code maxBytes}; empty if there is no such file. */
    public static Optional<ObjectNode> object(Path file, int maxBytes) {
        return isThere(file) ? Optional.of(read(file, maxBytes)) : Optional.empty();
    }

    /** Returns the fields of the JSON object that fills a file of at most {@code maxBytes}. */
    public static JsonFields fields(Path file, int maxBytes) {
        return new JsonFields(read(file, maxBytes), "", new FieldErrors(file));
    }

    private record FieldErrors(Path file) implements JsonFields.Errors {

        @Override
        public InvalidModelException wrong(String message, Object... values) {
            return Problem.corrupt(file, message, values);
        }

        @Override
        public InvalidModelException contradicted(String message, Object... values) {
            return Problem.setting(file, message, values);
        }

        @Override
        public InvalidModelException unsupported(String message, Object... values) {
            return Problem.unsupported(file, message, values);
        }
    }

    private static ObjectNode read(Path file, int maxBytes) {
        byte[] bytes = bytes(file, maxBytes);
        if (bytes.length == 0) {
            throw Problem.of(Fault.CORRUPT, file, "must be a JSON object, but is empty");
        }
        ForeignFormat.detect(bytes).ifPresent(format -> {
            throw Problem.of(Fault.NOT_A_CHECKPOINT, file, "must be JSON, but this is %s", format.description());
        });
        if (bytes[0] == (byte) 0xef) {
            throw Problem.of(Fault.CORRUPT, file, "must be UTF-8 without a byte-order mark; save it again without one");
        }
        requireUtf8(file, bytes);
        try {
            JsonNode root = Json.read(bytes);
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw Problem.of(
                    Fault.CORRUPT,
                    file,
                    "must hold a JSON object, but does not: it holds %s",
                    root.getNodeType().name());
        } catch (JacksonException e) {
            throw Problem.of(Fault.CORRUPT, file, "must be JSON, but is not: %s", Json.describe(e));
        }
    }

    /** Checks the encoding without keeping the text; the error names the offset of the first bad byte. */
    public static void requireUtf8(Path file, byte[] bytes) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer scratch = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            result = decoder.decode(in, scratch.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw Problem.of(Fault.CORRUPT, file, "must be UTF-8, but is not at byte %d of its text", in.position());
        }
    }

    /** Whether there is something of this name, be it a link to nothing. */
    private static boolean isThere(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** The file, which the door of its folder lets through. */
    private static Path opened(Path file) {
        Path whole = file.toAbsolutePath();
        Path folder = Objects.requireNonNull(whole.getParent(), "a file lies in a folder");
        return new ModelFolder(folder)
                .file(Objects.requireNonNull(whole.getFileName()).toString());
    }

    private static InvalidModelException tooLong(Path file, int maxBytes) throws IOException {
        return Problem.of(Fault.CORRUPT, file, "must have at most %d bytes, but has %d", maxBytes, Files.size(file));
    }

    private static byte[] bytes(Path file, int maxBytes) {
        try (InputStream in = Files.newInputStream(opened(file))) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw tooLong(file, maxBytes);
            }
            return bytes;
        } catch (IOException e) {
            throw Problem.unreadable(file, e);
        }
    }
}
