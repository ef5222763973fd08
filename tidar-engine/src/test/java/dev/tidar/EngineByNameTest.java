package dev.tidar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.HubException;
import dev.tidar.api.HubOptions;
import dev.tidar.api.ModelSource;
import dev.tidar.decode.TestModel;
import dev.tidar.hub.HubServer;
import dev.tidar.hub.PythonCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An engine of a model by name")
class EngineByNameTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");
    private static final ModelSource NAME = ModelSource.of("hf:" + HubServer.REPOSITORY);

    private final HubServer server = HubServer.of(STORIES);
    private final List<LoadProgress> progress = new CopyOnWriteArrayList<>();

    @TempDir
    private Path cache;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void isTheEngineOfTheFolderThatTheHubHas() {
        try (TidarEngine byName = TidarEngine.load(options(NAME).build());
                TidarEngine ofFolder = TidarEngine.load(
                        EngineOptions.builder(STORIES).threads(1).build())) {
            var loaded = byName.status().loaded().orElseThrow().model();

            assertThat(byName.status().name()).isEqualTo("acme/tiny");
            assertThat(loaded.parameters())
                    .isEqualTo(ofFolder.status().loaded().orElseThrow().model().parameters());
            assertThat(server.downloads())
                    .containsExactlyInAnyOrder(
                            "config.json",
                            "generation_config.json",
                            "tokenizer_config.json",
                            "tokenizer.json",
                            "model.safetensors");
        }
        assertThat(progress.get(0).stage()).startsWith("downloading config.json");
        assertThat(progress).extracting(LoadProgress::done).isSorted().allMatch(done -> done >= 0 && done <= 1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void isLoadedOfflineFromWhatPythonHasDownloaded() {
        server.close();
        PythonCache.into(cache, STORIES);

        try (TidarEngine engine =
                TidarEngine.load(options(NAME).hub(hub().withOffline(true)).build())) {
            assertThat(engine.status().name()).isEqualTo("acme/tiny");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void leavesACacheAsPythonLeavesIt() {
        TidarEngine.fetch(options(NAME).build());

        assertThat(HubServer.tree(cache))
                .filteredOn(name -> !name.contains("/tidar/"))
                .containsExactlyElementsOf(PythonCache.tree().stream()
                        .filter(name -> !name.equals("CACHEDIR.TAG") && !name.contains("/trees/"))
                        .toList());
    }

    @Test
    void saysWhyItsModelCannotBeDownloaded() {
        TidarEngine engine =
                TidarEngine.start(options(ModelSource.of("hf:acme/other")).build());

        assertThatThrownBy(engine::awaitLoaded).isInstanceOf(HubException.class).hasMessageContaining("hf:acme/other");
        assertThat(engine.status().state()).isEqualTo(EngineState.DEAD);
        assertThat(engine.status().failure().orElse("")).contains("check the name");
        engine.close();
    }

    @Test
    void endsItsDownloadWhenItIsClosed() {
        CompletableFuture<TidarEngine> started = new CompletableFuture<>();
        server.misbehave("storage GET model.safetensors", exchange -> {
            exchange.sendResponseHeaders(200, 1_045_248);
            exchange.getResponseBody().write("a few bytes".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            started.join().close(); // returns when the engine's thread has ended
        });
        TidarEngine engine = TidarEngine.start(options(NAME).build());
        started.complete(engine);

        assertThatThrownBy(engine::awaitLoaded)
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("downloaded");
        assertThat(engine.status().failure()).as("nothing failed").isEmpty();
    }

    @Test
    void canBeDownloadedBeforeItIsLoaded() {
        Path folder = TidarEngine.fetch(options(NAME).build());

        assertThat(folder.resolve("model.safetensors")).hasSameBinaryContentAs(STORIES.resolve("model.safetensors"));
        assertThat(TidarEngine.fetch(EngineOptions.builder(STORIES).build())).isEqualTo(STORIES);
    }

    private EngineOptions.Builder options(ModelSource model) {
        return EngineOptions.builder(model).hub(hub()).threads(1).progress(progress::add);
    }

    private HubOptions hub() {
        return HubOptions.of(Map.of())
                .withCache(cache)
                .withEndpoint(server.address())
                .withLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 0);
    }
}
