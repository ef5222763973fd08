package dev.tidar.spring.autoconfigure;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.io.Resource;

/**
 * The files of a model folder with their SHA-256, as {@code sha256sum} prints them.
 *
 * @param location the folder, as the user wrote it
 * @param id hash of the listing, and thereby of the content of all files, in lower-case hexadecimal
 * @param files maps the name of each file, relative to the folder and separated by {@code /}, to its hash
 */
record ModelManifest(String location, String id, Map<String, String> files) {

    private static final int MAX_BYTES = 1 << 20;

    /** Half of a SHA-256, which is unique in practice and short enough for path limits. */
    private static final int ID_DIGITS = 32;

    private static final String NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *](%1$s(?:/%1$s)*)".formatted(NAME));

    ModelManifest {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    /** @throws InvalidModelException if there is no listing, or a line of it is not a hash and a plain name */
    static ModelManifest read(Resource listing, String location) {
        byte[] content;
        try (InputStream in = listing.getInputStream()) {
            content = in.readNBytes(MAX_BYTES);
        } catch (IOException e) {
            throw new InvalidModelException(
                    Fault.INCOMPLETE,
                    "%s is inside a jar and must have %s, the output of sha256sum over its files, but it cannot be read"
                            .formatted(location, ModelLocation.LISTING),
                    e);
        }
        var files = new LinkedHashMap<String, String>();
        for (String line : new String(content, StandardCharsets.UTF_8).lines().toList()) {
            Matcher entry = LINE.matcher(line);
            if (!entry.matches()) {
                throw new InvalidModelException(
                        Fault.CORRUPT,
                        "%s/%s: line %d must be a SHA-256 and a plain file name, but is something else"
                                .formatted(location, ModelLocation.LISTING, files.size() + 1));
            }
            files.put(entry.group(2), entry.group(1));
        }
        String id = HexFormat.of().formatHex(sha256().digest(content)).substring(0, ID_DIGITS);
        return new ModelManifest(location, id, files);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
