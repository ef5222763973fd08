package dev.tidar.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes jars for tests. */
final class Jars {

    private Jars() {}

    /**
     * @param stored entries without compression, as Spring Boot nests jars
     * @param texts compressed entries
     */
    static Path write(Path jar, Map<String, byte[]> stored, Map<String, String> texts) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (var file : stored.entrySet()) {
                var entry = new ZipEntry(file.getKey());
                var crc = new CRC32();
                crc.update(file.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(file.getValue().length);
                entry.setCrc(crc.getValue());
                out.putNextEntry(entry);
                out.write(file.getValue());
            }
            for (var file : texts.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue().getBytes(UTF_8));
            }
        }
        return jar;
    }

    /** What {@code sha256sum} prints for these files. */
    static String listing(Map<String, String> texts) {
        var files = new TreeMap<String, byte[]>();
        texts.forEach((name, text) -> files.put(name, text.getBytes(UTF_8)));
        return listingOf(files);
    }

    /** What {@code sha256sum} prints for these files. */
    static String listingOf(Map<String, byte[]> files) {
        return files.entrySet().stream()
                .map(file -> HexFormat.of().formatHex(ModelManifest.sha256().digest(file.getValue())) + "  "
                        + file.getKey() + "\n")
                .collect(Collectors.joining());
    }
}
