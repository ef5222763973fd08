package dev.tidar.attack.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Places in the checkout that this suite is part of, whether it runs in the root or in its own module. */
public final class Checkout {

    private Checkout() {}

    public static Path root() {
        return Stream.of("", "..")
                .map(Path::of)
                .filter(folder -> Files.exists(folder.resolve("tidar-engine/pom.xml")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "the attack suite must run in the root of the checkout or in its own module"))
                .toAbsolutePath()
                .normalize();
    }

    /** The executable jar of the sample, which the package phase makes. */
    public static Path sampleJar() throws IOException {
        Path target = root().resolve("sample-app/target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(
                            file -> file.getFileName().toString().matches("sample-app-.*(?<!-sources|-javadoc)\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no executable jar in " + target));
        }
    }

    /** The model that the sample embeds: 135 million parameters in int8. */
    public static Path embeddedModel() {
        return root().resolve("sample-app/src/main/resources/models/smollm2-135m-instruct-tidar");
    }

    /** The test model of 260 thousand parameters, without a chat template. */
    public static Path stories() {
        return root().resolve("tidar-engine/src/test/resources/models/stories260k-tidar");
    }

    /** Where attacks write: removed by "mvn clean". */
    public static Path scratch(String name) throws IOException {
        return Files.createDirectories(root().resolve("attack/target/attack").resolve(name));
    }

    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
