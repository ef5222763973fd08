package dev.tidar.text.tokenizer;

import dev.tidar.api.InvalidModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/** The first tokenizer of a JVM of its own. Prints what became of it, one fact a line. */
final class ColdStart {

    private ColdStart() {}

    public static void main(String[] args) throws Exception {
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(args[0])).orElseThrow()) {
            System.out.println("tokens " + tokenizer.encode("Lily").length);
        } catch (InvalidModelException e) {
            System.out.println("rejected " + e.fault() + " " + e.getMessage());
        }
        System.out.println("flavor " + System.getProperty("RUST_FLAVOR"));
        System.out.println("tracking opted out " + System.getProperty("OPT_OUT_TRACKING"));
        String cache = System.getProperty("ENGINE_CACHE_DIR");
        if (cache != null) {
            Set<String> readers = Files.getPosixFilePermissions(Path.of(cache)).stream()
                    .map(permission -> permission.name().replaceFirst("_.*", ""))
                    .collect(Collectors.toSet());
            System.out.println("cache of " + readers);
        }
    }
}
