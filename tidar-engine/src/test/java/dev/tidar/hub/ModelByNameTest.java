package dev.tidar.hub;

import static dev.tidar.hub.HubServer.COMMIT;
import static dev.tidar.hub.TestHub.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import dev.tidar.api.HubOptions;
import dev.tidar.api.HubToken;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.PullModelStrategy;
import dev.tidar.file.FileNames;
import dev.tidar.hub.HubCache.Disk;
import dev.tidar.hub.HubServer.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A model by name")
class ModelByNameTest {

    private TestHub hub;

    @BeforeEach
    void open(@TempDir Path temporary) {
        hub = new TestHub(temporary.resolve("cache"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void isDownloadedIntoTheLayoutOfTheHuggingFaceCache() throws IOException {
        Path folder = hub.folder();

        assertThat(folder).isEqualTo(hub.model().resolve("snapshots").resolve(COMMIT));
        assertThat(folder.resolve(WEIGHTS)).hasBinaryContent(hub.server.content(WEIGHTS));
        assertThat(hub.model().resolve("refs/main")).hasContent(COMMIT);
        String snapshot = "models--acme--tiny/snapshots/" + COMMIT;
        assertThat(hub.tree())
                .contains(
                        "models--acme--tiny/blobs/" + hub.server.hash(WEIGHTS),
                        snapshot + "/config.json -> ../../blobs/" + hub.server.hash("config.json"),
                        snapshot + "/model.safetensors -> ../../blobs/" + hub.server.hash(WEIGHTS),
                        ".locks/models--acme--tiny/" + hub.server.hash(WEIGHTS) + ".lock")
                .noneMatch(name -> name.endsWith(".incomplete") || name.endsWith(".tmp"));
    }

    @Test
    void isDownloadedWithoutWhatTheEngineDoesNotRead() {
        hub.server
                .put("README.md", "text")
                .put("pytorch_model.bin", "pickle")
                .put("model.Q8_0.gguf", "GGUF")
                .put("onnx/model.onnx", "onnx")
                .put("consolidated.safetensors", "the same once more")
                .put("chat_template.jinja", "{{ x }}")
                .put("draft_adapter/adapter_config.json", "{\"r\": 1}")
                .put("draft_adapter/adapter_model.safetensors", "adapter")
                .put("draft_adapter/README.md", "text");

        Path folder = hub.folder();

        assertThat(hub.server.downloads())
                .containsExactly(
                        "config.json",
                        "tokenizer.json",
                        "chat_template.jinja",
                        "draft_adapter/adapter_config.json",
                        "draft_adapter/adapter_model.safetensors",
                        "model.safetensors");
        assertThat(folder.resolve("draft_adapter/adapter_model.safetensors")).hasContent("adapter");
    }

    @Test
    void hasTheShardsThatItsIndexNames() {
        hub.server.remove(WEIGHTS);
        hub.server
                .put("model-00001-of-00002.safetensors", "first")
                .put("model-00002-of-00002.safetensors", "second")
                .put("consolidated.safetensors", "both")
                .put(FileNames.SHARD_INDEX, """
                        {"weight_map": {"a": "model-00001-of-00002.safetensors",
                                        "b": "model-00002-of-00002.safetensors"}}""");

        Path folder = hub.folder();

        assertThat(folder.resolve("model-00002-of-00002.safetensors")).hasContent("second");
        assertThat(hub.server.downloads())
                .doesNotContain("consolidated.safetensors")
                .doesNotHaveDuplicates();
    }

    @Test
    void isNotAskedForAgainOnceTheCacheHasIt() {
        Path first = hub.folder();
        int requests = hub.server.requests().size();

        assertThat(hub.folder()).isEqualTo(first);
        assertThat(hub.server.requests()).hasSize(requests);
    }

    @Test
    void isAskedForAtEachLoadWhereItIsAlwaysPulledAndDownloadedOnce() {
        hub.folder();
        int downloads = hub.server.downloads().size();
        int requests = hub.server.requests().size();

        hub.folder(options -> options.withPullModelStrategy(PullModelStrategy.ALWAYS));

        assertThat(hub.server.requests()).hasSizeGreaterThan(requests);
        assertThat(hub.server.downloads()).hasSize(downloads);
    }

    @Test
    void isPulledWhateverTheCacheHasOfAnEarlierCommit() throws IOException {
        String earlier = "f".repeat(40);
        Path snapshot = Files.createDirectories(hub.model().resolve("snapshots").resolve(earlier));
        Files.writeString(snapshot.resolve(FileNames.CONFIG), "{}");
        Files.writeString(snapshot.resolve(FileNames.SHARD_INDEX), "damaged");
        Files.writeString(Files.createDirectories(hub.model().resolve("refs")).resolve("main"), earlier);

        assertThat(hub.folder(options -> options.withPullModelStrategy(PullModelStrategy.ALWAYS)))
                .endsWithRaw(Path.of(COMMIT));
    }

    @Test
    void isFoundOfflineOnceTheCacheHasIt() {
        Path first = hub.folder();
        hub.server.close();

        assertThat(hub.folder(options -> options.withOffline(true))).isEqualTo(first);
        assertThat(hub.folder(options -> options.withPullModelStrategy(PullModelStrategy.NEVER)))
                .isEqualTo(first);
        assertThat(hub.folder(new HubModel(HubServer.REPOSITORY, COMMIT), options -> options.withOffline(true)))
                .as("by its commit")
                .isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource(PullModelStrategy.class)
    void isNeverDownloadedOffline(PullModelStrategy strategy) {
        assertThatThrownBy(() -> hub.folder(options -> options.withOffline(true).withPullModelStrategy(strategy)))
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.fault()).isEqualTo(Fault.NOT_CACHED))
                .hasMessageContainingAll("hf:acme/tiny", "HF_HUB_OFFLINE", hub.cache.toString());
        assertThat(hub.server.requests()).isEmpty();
    }

    @Test
    void isNeverDownloadedWithTheStrategyNever() {
        assertThatThrownBy(() -> hub.folder(options -> options.withPullModelStrategy(PullModelStrategy.NEVER)))
                .hasMessageContaining("the strategy never");
        assertThat(hub.server.requests()).isEmpty();
    }

    @Test
    void isCompletedWhereAnotherToolHasDownloadedAPartOfIt() throws IOException {
        hub.server.put("draft_adapter/adapter_config.json", "{\"r\": 1}");
        Path folder = hub.folder();
        int before = hub.server.downloads().size();
        Files.delete(hub.model().resolve("tidar").resolve(COMMIT));
        Files.delete(folder.resolve("draft_adapter/adapter_config.json"));
        Files.delete(hub.blob("draft_adapter/adapter_config.json"));

        hub.folder();

        assertThat(hub.server.downloads().subList(before, before + 1))
                .containsExactly("draft_adapter/adapter_config.json");
        assertThat(hub.server.downloads()).hasSize(before + 1);
        assertThat(folder.resolve("draft_adapter/adapter_config.json")).exists();
    }

    @Test
    void isTakenAsItIsWhereTheHubCannotBeAskedWhetherItIsWhole() throws IOException {
        Path folder = hub.folder();
        Files.delete(hub.model().resolve("tidar").resolve(COMMIT));
        hub.server.close();

        assertThat(hub.folder()).isEqualTo(folder);
        assertThat(hub.pauses.asked).as("waits for a hub that is not needed").isEmpty();
    }

    @Test
    void isCopiedWhereTheFileSystemHasNoLinks() throws IOException {
        hub.disk = withoutLinks(Long.MAX_VALUE);

        Path folder = hub.folder();

        assertThat(folder.resolve(WEIGHTS)).isRegularFile().hasBinaryContent(hub.server.content(WEIGHTS));
        assertThat(hub.tree()).noneMatch(name -> name.contains("->"));
        assertThat(hub.blob(WEIGHTS)).as("moved, so that there is one copy").doesNotExist();
        int requests = hub.server.requests().size();
        assertThat(hub.folder()).isEqualTo(folder);
        assertThat(hub.server.requests()).hasSize(requests);
    }

    @Test
    void isNotDownloadedWhereTheDiskHasNoRoomForIt() {
        hub.disk = withoutLinks(TestHub.WEIGHT_BYTES);

        assertThatThrownBy(hub::folder)
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CACHE))
                .hasMessageContainingAll("needs", "300000 bytes free", "HF_HUB_CACHE");
        assertThat(hub.server.downloads()).isEmpty();
    }

    @Test
    void leavesNothingBesideAFileThatCannotBeWritten() throws IOException {
        Path list = hub.model().resolve("tidar").resolve(COMMIT);
        Files.createDirectories(list.resolve("a folder in its place"));

        assertThatThrownBy(hub::folder)
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CACHE))
                .hasMessageContaining(list.toString());
        assertThat(hub.tree()).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void reportsItsDownloadByBytes() {
        hub.folder();

        assertThat(hub.stages)
                .last()
                .asString()
                .isEqualTo("downloading model.safetensors, 300014 bytes of 300014 bytes");
    }

    @Test
    void givesItsTokenToTheHubAlone() {
        hub.folder(options -> options.withToken(new HubToken("hf_secret")));

        assertThat(hub.server.requests())
                .filteredOn(request -> request.host().equals("hub"))
                .extracting(Request::token)
                .containsOnly("Bearer hf_secret");
        assertThat(hub.server.requests())
                .filteredOn(request -> request.host().equals("storage"))
                .isNotEmpty()
                .extracting(Request::token)
                .containsOnly("null");
    }

    @Test
    void takesTheTokenThatTheHuggingFaceCommandLineHasStored(@TempDir Path home) throws IOException {
        Files.writeString(home.resolve("token"), "hf_stored\n");
        HubOptions stored = HubOptions.of(Map.of("HF_HOME", home.toString()));

        hub.folder(options -> stored.withCache(hub.cache).withEndpoint(hub.server.address()));

        assertThat(hub.server.requests()).first().extracting(Request::token).isEqualTo("Bearer hf_stored");
    }

    @Test
    void hidesItsTokenWhereverOptionsAreShown() {
        HubOptions options = hub.options().withToken(new HubToken("hf_secret"));

        assertThat(options.toString()).doesNotContain("hf_secret");
        assertThatThrownBy(() -> new HubToken("hf_secret\n")).hasMessageNotContaining("hf_secret");
    }

    @Test
    void isRefusedWhereTheRepositoryHasOtherWeightsOnly() {
        hub.server.remove(WEIGHTS);
        hub.server.put("model.Q8_0.gguf", "GGUF");

        assertThatThrownBy(hub::folder)
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("hf:acme/tiny", "model.safetensors", "a GGUF file");
        assertThat(hub.server.downloads()).isEmpty();
    }

    @Test
    void isWrittenWithItsRevisionAfterAnAt() {
        assertThat(HubModel.of("hf:acme/tiny@v1.0")).isEqualTo(new HubModel("acme/tiny", "v1.0"));
        assertThat(HubModel.of("hf:gpt2")).isEqualTo(new HubModel("gpt2", "main"));
        assertThat(HubModel.of("hf:acme/tiny@refs/pr/1").revision()).isEqualTo("refs/pr/1");
        for (String wrong : List.of(
                "hf:",
                "hf:a/b/c",
                "hf:../x",
                "hf:a/..",
                "hf:a--b/c",
                "hf:a b/c",
                "hf:a/b@",
                "hf:a/b@../x",
                "hf:a/b@/x",
                "hf:a/b.git",
                "hf:a/b@x\ny")) {
            assertThatThrownBy(() -> HubModel.of(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isLookedForWhereTheVariablesOfTheHuggingFaceLibrarySay() {
        assertThat(HubOptions.of(Map.of("HOME", "/home/u")).cache())
                .contains(Path.of("/home/u/.cache/huggingface/hub"));
        assertThat(HubOptions.of(Map.of("HOME", "/home/u", "HF_HOME", "~/hf")).cache())
                .contains(Path.of("/home/u/hf/hub"));
        assertThat(HubOptions.of(Map.of("HF_HOME", "/hf", "HF_HUB_CACHE", "/cache"))
                        .cache())
                .contains(Path.of("/cache"));
        HubOptions all = HubOptions.of(Map.of(
                "HF_ENDPOINT",
                "https://mirror.example",
                "HF_TOKEN",
                "t",
                "HF_HUB_OFFLINE",
                "1",
                "HF_HUB_DOWNLOAD_TIMEOUT",
                "7"));
        assertThat(all.endpoint()).isEqualTo(URI.create("https://mirror.example"));
        assertThat(all.token()).contains(new HubToken("t"));
        assertThat(all.offline()).isTrue();
        assertThat(all.readTimeout()).hasSeconds(7);
        assertThat(HubOptions.of(Map.of("HF_TOKEN", "t", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token())
                .isEqualTo(Optional.empty());
    }

    private static Disk withoutLinks(long freeBytes) {
        return new Disk() {
            @Override
            public void link(Path link, Path target) {
                throw new UnsupportedOperationException("no links");
            }

            @Override
            public long freeBytes(Path folder) {
                return freeBytes;
            }
        };
    }
}
