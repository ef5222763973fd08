package dev.tidar.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.InvalidModelException;
import dev.tidar.decode.TestModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Every file of a model folder")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there, and pipes are no files")
class ModelFolderDoorTest {

    private static final List<String> TEXTS = List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "model.safetensors");

    @TempDir
    private Path temporary;

    @Test
    void isRejectedWhereItIsAPipe() throws Exception {
        for (String name : TEXTS) {
            rejects(name, "pipe", file -> run("mkfifo", file.toString()));
        }
    }

    @Test
    void isRejectedWhereItIsADevice() throws Exception {
        for (String name : TEXTS) {
            rejects(name, "device", file -> Files.createSymbolicLink(file, Path.of("/dev/zero")));
        }
    }

    @Test
    void isRejectedWhereTheSystemCannotHaveItsName() {
        ModelFolder folder = new ModelFolder(temporary);

        for (String name : List.of("model-\ud800.safetensors", "model-\u0001.safetensors", "../model.safetensors")) {
            assertThatThrownBy(() -> folder.file(name))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("name");
        }
    }

    @Test
    void isRejectedWhereItIsAFolder() throws Exception {
        for (String name : TEXTS) {
            rejects(name, "a folder", Files::createDirectory);
        }
    }

    @Test
    void isRejectedWhereItIsALinkToNothing() throws Exception {
        for (String name : TEXTS) {
            rejects(name, "does not exist", file -> Files.createSymbolicLink(file, temporary.resolve("nothing")));
        }
    }

    @Test
    void isRejectedWhereItIsALinkThatLeavesTheFolder() throws Exception {
        Path outside = Files.writeString(temporary.resolve("outside"), "{}");
        for (String name : TEXTS) {
            rejects(name, "leaves it", file -> Files.createSymbolicLink(file, outside));
        }
    }

    @Test
    void isRejectedWhereItsFolderIsALinkThatLeavesTheModel() throws IOException {
        Path model = Files.createDirectory(temporary.resolve("model"));
        Files.createSymbolicLink(model.resolve("draft_adapter"), Files.createDirectory(temporary.resolve("elsewhere")));

        assertThatThrownBy(() -> new ModelFolder(model).subfolder("draft_adapter"))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("leaves it");
    }

    @Test
    void mayBeALinkToTheBlobsOfAHubCache() throws IOException {
        Path cache = temporary.resolve("models--tiny");
        Path snapshot = Files.createDirectories(cache.resolve("snapshots/abc/draft_adapter"))
                .getParent();
        Path blob = Files.writeString(
                Files.createDirectories(cache.resolve("blobs")).resolve("1234"), "{}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/1234"));
        Files.createSymbolicLink(snapshot.resolve("draft_adapter/adapter_config.json"), Path.of("../../../blobs/1234"));
        Files.createSymbolicLink(snapshot.resolve("other.json"), Files.writeString(cache.resolve("refs"), "{}"));
        ModelFolder folder = new ModelFolder(snapshot);

        assertThat(folder.file("config.json")).hasSameTextualContentAs(blob);
        assertThat(folder.subfolder("draft_adapter").orElseThrow().file("adapter_config.json"))
                .hasSameTextualContentAs(blob);
        assertThatThrownBy(() -> folder.file("other.json")).hasMessageContaining("leaves it");
    }

    @Test
    void mayBeALinkToTheStoreThatTheModelsOfAHubCacheShare() throws IOException {
        Path store = Files.createDirectories(temporary.resolve("blobs/ab"));
        Path shared = Files.writeString(store.resolve("abcd"), "{}");
        Path cache = temporary.resolve("models--tiny");
        Path snapshot = Files.createDirectories(cache.resolve("snapshots/abc"));
        Files.createSymbolicLink(
                Files.createDirectories(cache.resolve("blobs")).resolve("1234"), Path.of("../../blobs/ab/abcd"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/1234"));
        ModelFolder folder = new ModelFolder(snapshot);

        assertThatThrownBy(() -> folder.file("config.json"))
                .as("any folder of that name")
                .hasMessageContaining("leaves it");
        Files.writeString(temporary.resolve("blobs/.huggingface-shared-blobs"), "1\n");

        assertThat(folder.file("config.json")).hasSameTextualContentAs(shared);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"})
    void isRejectedByNameWhereItIsOverItsLimit(String name) throws Exception {
        rejects(name, "must have at most", file -> {
            try (var channel = Files.newByteChannel(
                    file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE)) {
                channel.position(100L << 20).write(java.nio.ByteBuffer.wrap(new byte[1])); // sparse
            }
        });
    }

    private interface Making {
        void make(Path file) throws Exception;
    }

    private void rejects(String name, String reason, Making making) throws Exception {
        Path model = Files.createTempDirectory(temporary, "model");
        try (Stream<Path> files = Files.list(TestModel.folder("models/stories260k-tidar"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.deleteIfExists(model.resolve(name));
        making.make(model.resolve(name));

        assertThatThrownBy(() -> TidarEngine.load(EngineOptions.builder(model)
                        .threads(1)
                        .contextLength(64)
                        .build()))
                .as(name)
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(reason);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }
}
