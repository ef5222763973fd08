package dev.tidar.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.loader.launch.LaunchedClassLoader;
import org.springframework.core.io.DefaultResourceLoader;

@DisplayName("The location of a model")
class ModelLocationTest {

    private static final String TINY = "classpath:models/tiny";

    private static final Map<String, String> FILES =
            Map.of("config.json", "{}", "model.safetensors", "weights", "draft_adapter/adapter.safetensors", "adapter");

    @TempDir
    private Path directory;

    @Nested
    class IsTakenAsItIs {

        @ParameterizedTest
        @ValueSource(strings = {"models/tiny", "/opt/models/tiny", "../tiny/"})
        void whenItIsAPath(String path) {
            assertThat(new ModelLocation(path).resolve(new DefaultResourceLoader(), cache()))
                    .isEqualTo(Path.of(path));
        }

        @Test
        void whenItIsTheUrlOfAFile() {
            String url = directory.toUri().toString();

            assertThat(new ModelLocation(url).resolve(new DefaultResourceLoader(), cache()))
                    .isEqualTo(directory);
        }

        @Test
        void whenTheClassPathIsAFolder() throws IOException {
            for (var file : FILES.entrySet()) {
                Path target = directory.resolve("classes/models/tiny").resolve(file.getKey());
                Files.createDirectories(target.getParent());
                Files.writeString(target, file.getValue());
            }

            Path resolved = resolve(TINY + "/", directory.resolve("classes"));

            assertThat(resolved).isEqualTo(directory.resolve("classes/models/tiny"));
            assertThat(directory.resolve("cache")).as("nothing is unpacked").doesNotExist();
        }
    }

    @Nested
    class IsUnpacked {

        @ParameterizedTest
        @ValueSource(strings = {"classpath:models/tiny", "classpath:/models/tiny", "classpath:models/tiny/"})
        void whenItIsInAJar(String location) throws IOException {
            Path folder = resolve(location, jar(FILES));

            assertThat(contentOf(folder)).isEqualTo(FILES);
            assertThat(folder).hasFileName("tiny");
        }

        @Test
        void whenItIsAmongTheClassesOfAnExecutableJar() throws Exception {
            byte[] empty = {};
            Path executable = Jars.write(
                    directory.resolve("app.jar"), Map.of("BOOT-INF/classes/", empty), prefixed("BOOT-INF/classes/"));

            try (var loader = launched("jar:nested:" + executable + "/!BOOT-INF/classes/!/")) {
                assertThat(contentOf(resolve(TINY, loader))).isEqualTo(FILES);
            }
        }

        @Test
        void whenItIsInAJarInsideAnExecutableJar() throws Exception {
            byte[] library = Files.readAllBytes(jar(FILES));
            Path executable =
                    Jars.write(directory.resolve("app.jar"), Map.of("BOOT-INF/lib/tiny.jar", library), Map.of());

            try (var loader = launched("jar:nested:" + executable + "/!BOOT-INF/lib/tiny.jar!/")) {
                assertThat(contentOf(resolve(TINY, loader))).isEqualTo(FILES);
            }
        }

        @Test
        void onceForEachContent() throws IOException {
            Path first = resolve(TINY, jar(FILES));
            var unpacked = Files.getLastModifiedTime(first.resolve("model.safetensors"));
            Files.delete(directory.resolve("tiny.jar"));
            var others = new LinkedHashMap<>(FILES);
            others.put("model.safetensors", "other weights");

            Path again = resolve(TINY, jar(FILES));
            Path other = resolve(TINY, jar(others));

            assertThat(again).isEqualTo(first);
            assertThat(Files.getLastModifiedTime(again.resolve("model.safetensors")))
                    .isEqualTo(unpacked);
            assertThat(other).isNotEqualTo(first);
            assertThat(contentOf(other)).isEqualTo(others);
        }
    }

    @Nested
    class IsRejected {

        @Test
        void whenTheClassPathHasNoSuchFolder() throws IOException {
            assertInvalid(
                    "classpath:models/other", jar(FILES), Fault.INCOMPLETE, "classpath:models/other", "config.json");
        }

        @Test
        void whenAFolderInAJarHasNoListing() throws IOException {
            Path jar = Jars.write(directory.resolve("tiny.jar"), Map.of(), Map.of("models/tiny/config.json", "{}"));

            assertInvalid(TINY, jar, Fault.INCOMPLETE, "SHA256SUMS", "sha256sum");
        }

        @Test
        void whenAListedFileIsMissing() throws IOException {
            var listed = new LinkedHashMap<>(prefixed(""));
            listed.remove("models/tiny/model.safetensors");

            assertInvalid(
                    TINY,
                    Jars.write(directory.resolve("tiny.jar"), Map.of(), listed),
                    Fault.INCOMPLETE,
                    "model.safetensors",
                    "SHA256SUMS");
        }

        @Test
        void whenAFileHasAnotherHash() throws IOException {
            var forged = new LinkedHashMap<>(prefixed(""));
            forged.put("models/tiny/model.safetensors", "forged");

            assertInvalid(
                    TINY,
                    Jars.write(directory.resolve("tiny.jar"), Map.of(), forged),
                    Fault.CORRUPT,
                    TINY + "/model.safetensors",
                    "SHA-256");
            assertThat(filesIn(directory.resolve("cache"))).noneMatch(name -> name.contains("model.safetensors"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"../evil", "/etc/evil", "a/../../evil", "C:\\evil", "", ".ssh/evil"})
        void whenAListedNameLeavesTheFolder(String name) throws IOException {
            String listing = HexFormat.of().formatHex(ModelManifest.sha256().digest()) + "  " + name + "\n";
            Path jar = Jars.write(
                    directory.resolve("tiny.jar"),
                    Map.of(),
                    Map.of("models/tiny/config.json", "{}", "models/tiny/SHA256SUMS", listing));

            assertInvalid(TINY, jar, Fault.CORRUPT, "SHA256SUMS: line 1");
        }

        private void assertInvalid(String location, Path jar, Fault fault, String... words) {
            assertThatThrownBy(() -> resolve(location, jar))
                    .isInstanceOfSatisfying(
                            InvalidModelException.class,
                            rejection -> assertThat(rejection.fault()).isEqualTo(fault))
                    .message()
                    .contains(words);
        }
    }

    private Path jar(Map<String, String> files) throws IOException {
        return Jars.write(directory.resolve("tiny.jar"), Map.of(), prefixed("", files));
    }

    private static Map<String, String> prefixed(String prefix) {
        return prefixed(prefix, FILES);
    }

    private static Map<String, String> prefixed(String prefix, Map<String, String> files) {
        var entries = new LinkedHashMap<String, String>();
        files.forEach((name, content) -> entries.put(prefix + "models/tiny/" + name, content));
        entries.put(prefix + "models/tiny/SHA256SUMS", Jars.listing(files));
        return entries;
    }

    private ModelCache cache() {
        return ModelCache.in(directory.resolve("cache"));
    }

    private Path resolve(String location, Path classPath) throws IOException {
        try (var loader = new URLClassLoader(new URL[] {classPath.toUri().toURL()}, null)) {
            return resolve(location, loader);
        }
    }

    private Path resolve(String location, ClassLoader loader) {
        return new ModelLocation(location).resolve(new DefaultResourceLoader(loader), cache());
    }

    private static LaunchedClassLoader launched(String url) throws IOException {
        org.springframework.boot.loader.net.protocol.Handlers.register();
        return new LaunchedClassLoader(false, new URL[] {new URL(url)}, null);
    }

    private static Map<String, String> contentOf(Path folder) {
        return filesIn(folder).stream().collect(Collectors.toMap(name -> name, name -> read(folder.resolve(name))));
    }

    private static java.util.List<String> filesIn(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
