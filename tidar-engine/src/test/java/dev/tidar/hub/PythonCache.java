package dev.tidar.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A cache as the Hugging Face library has written it, made again from its listing ({@code hub/PROVENANCE.md}). */
public final class PythonCache {

    private PythonCache() {}

    /** Every file and link as {@link #into} writes it; a link with its target after an arrow. */
    public static List<String> tree() {
        return lines().stream()
                .map(line -> line[0].equals("link") ? line[1] + " -> " + line[2] : line[1])
                .sorted()
                .toList();
    }

    /** The lines of the listing: kind, path, and content. */
    private static List<String[]> lines() {
        try (InputStream listing = PythonCache.class.getResourceAsStream("/hub/python-cache.txt")) {
            return new String(listing.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes it into a folder, with the files of this model. */
    public static void into(Path cache, Path model) {
        try {
            for (String[] line : lines()) {
                Path file = cache.resolve(line[1]);
                Files.createDirectories(file.getParent());
                switch (line[0]) {
                    case "blob" -> Files.copy(model.resolve(line[2]), file);
                    case "link" -> Files.createSymbolicLink(file, Path.of(line[2]));
                    case "text" -> Files.writeString(file, line[2]);
                    default -> Files.createFile(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
