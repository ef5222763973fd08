package dev.tidar.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Java sources of what an application gets, with string literals that are joined by a plus made one. */
final class Sources {

    private static final List<String> MODULES =
            List.of("tidar-engine", "tidar-test", "tidar-spring-boot-starter", "tidar-openai-api", "tidar-routing");

    private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");

    private static final List<String> FILES = MODULES.stream()
            .map(module -> Guide.ROOT.resolve(module).resolve("src/main/java"))
            .flatMap(Sources::files)
            .map(file -> JOINED.matcher(Guide.read(file)).replaceAll(""))
            .toList();

    private Sources() {}

    /** The text of each file. */
    static List<String> files() {
        return FILES;
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
