package dev.tidar.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

@DisplayName("The cache of unpacked models")
class ModelCacheTest {

    private static final Map<String, String> FILES = Map.of("config.json", "{}", "model.safetensors", "weights");

    private final ModelManifest manifest = ModelManifest.read(resource(Jars.listing(FILES)), "classpath:models/tiny");

    private final AtomicInteger reads = new AtomicInteger();

    @TempDir
    private Path directory;

    @Test
    void readsNothingWhenEverythingIsThere() {
        ModelCache cache = ModelCache.in(directory);
        Path folder = cache.unpack(manifest, "tiny", this::source);
        reads.set(0);

        assertThat(cache.unpack(manifest, "tiny", this::source)).isEqualTo(folder);
        assertThat(reads).hasValue(0);
    }

    @Test
    void addsWhatACleanerOfTemporaryFilesTookAway() throws IOException {
        ModelCache cache = ModelCache.in(directory);
        Path folder = cache.unpack(manifest, "tiny", this::source);
        Files.delete(folder.resolve("model.safetensors"));
        reads.set(0);

        cache.unpack(manifest, "tiny", this::source);

        assertThat(folder.resolve("model.safetensors")).hasContent("weights");
        assertThat(reads).hasValue(1);
    }

    @Test
    void replacesAFileThatIsNotAsListed() throws IOException {
        ModelCache cache = ModelCache.in(directory);
        Path folder = cache.unpack(manifest, "tiny", this::source);
        Files.writeString(folder.resolve("config.json"), "{\"planted\": true}");

        cache.unpack(manifest, "tiny", this::source);

        assertThat(folder.resolve("config.json")).hasContent("{}");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void replacesALinkAndLeavesWhatItLeadsTo() throws IOException {
        ModelCache cache = ModelCache.in(directory);
        Path folder = cache.unpack(manifest, "tiny", this::source);
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "{}");
        Files.delete(folder.resolve("config.json"));
        Files.createSymbolicLink(folder.resolve("config.json"), elsewhere);

        cache.unpack(manifest, "tiny", this::source);

        assertThat(Files.isSymbolicLink(folder.resolve("config.json"))).isFalse();
        assertThat(elsewhere).hasContent("{}");
    }

    @Test
    void removesWhatKilledStartsAndOldVersionsLeft() throws IOException {
        Path partial = Files.createFile(directory.resolve("unpacking-123.tmp"));
        Path old = Files.createDirectories(directory.resolve("0".repeat(32)).resolve("tiny"));
        Files.createFile(old.resolve("config.json"));
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        for (Path path : List.of(partial, old.getParent(), foreign)) {
            Files.setLastModifiedTime(path, FileTime.fromMillis(0));
        }
        Path recent = Files.createDirectory(directory.resolve("1".repeat(32)));
        Path running = Files.createFile(directory.resolve("unpacking-456.tmp"));

        ModelCache.in(directory).unpack(manifest, "tiny", this::source);

        assertThat(partial).doesNotExist();
        assertThat(old.getParent()).doesNotExist();
        assertThat(foreign).exists();
        assertThat(recent).exists();
        assertThat(running).exists();
    }

    @Test
    void neverShowsAFileThatIsHalfWritten() {
        ModelCache cache = ModelCache.in(directory);

        assertThatThrownBy(() -> cache.unpack(manifest, "tiny", name -> breaking()))
                .isInstanceOf(ModelCacheException.class)
                .hasMessageContaining("the disk is gone")
                .hasMessageContaining(directory.toString());

        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isSafeWhenSeveralUnpackAtOnce() throws Exception {
        int several = 4;
        var barrier = new CyclicBarrier(several);
        Callable<Path> unpack = () -> {
            barrier.await();
            return ModelCache.in(directory).unpack(manifest, "tiny", this::source);
        };
        var threads = Executors.newFixedThreadPool(several);
        try {
            for (var folder : threads.invokeAll(List.of(unpack, unpack, unpack, unpack))) {
                assertThat(folder.get().resolve("config.json")).hasContent("{}");
                assertThat(folder.get().resolve("model.safetensors")).hasContent("weights");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the temporary directory of Windows belongs to one user")
    void isClosedToOtherUsers() throws IOException {
        Path folder = ModelCache.underSharedDirectory(directory, "DOMAIN\\sue").unpack(manifest, "tiny", this::source);

        Path root = directory.resolve("tidar-models-DOMAIN_sue");
        assertThat(folder).startsWith(root);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the temporary directory of Windows belongs to one user")
    void isRejectedUnderASharedDirectoryWhenOthersMayWriteToIt() throws IOException {
        Path planted = Files.createDirectory(directory.resolve("tidar-models-sue"));
        Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwxrwxrwx"));
        ModelCache cache = ModelCache.underSharedDirectory(directory, "sue");

        assertThatThrownBy(() -> cache.unpack(manifest, "tiny", this::source))
                .isInstanceOf(ModelCacheException.class)
                .hasMessageContaining("must belong to this user")
                .hasMessageContaining("rwxrwxrwx");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void isRejectedUnderASharedDirectoryWhenItIsALink() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(directory.resolve("tidar-models-sue"), elsewhere);
        ModelCache cache = ModelCache.underSharedDirectory(directory, "sue");

        assertThatThrownBy(() -> cache.unpack(manifest, "tiny", this::source)).isInstanceOf(ModelCacheException.class);
    }

    private Resource source(String name) {
        reads.incrementAndGet();
        return resource(FILES.get(name));
    }

    private static Resource resource(String content) {
        return new ByteArrayResource(content.getBytes(UTF_8));
    }

    private static Resource breaking() {
        return new ByteArrayResource(new byte[0]) {
            @Override
            public java.io.InputStream getInputStream() throws IOException {
                throw new IOException("the disk is gone");
            }
        };
    }
}
