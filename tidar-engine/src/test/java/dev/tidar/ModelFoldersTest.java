package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Prompt;
import dev.tidar.api.WeightFormat;
import dev.tidar.decode.TestModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an engine makes of folders that lack something, on copies of a real model. */
@DisplayName("A model folder")
class ModelFoldersTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");
    private static final List<Integer> PROMPT = List.of(1, 403, 407, 261, 378);

    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        for (String name : List.of(
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json")) {
            Files.copy(STORIES.resolve(name), folder.resolve(name));
        }
    }

    @Test
    void withoutAMaskTokenIsPlainAutoregressive() throws Exception {
        edit("config.json", "\"mask_token_id\": 512,", "");
        edit("config.json", "\"block_size\": 8,", "");

        try (TidarEngine engine = load()) {
            assertThat(engine.status().model().maskTokenId()).isEmpty();
            assertThat(engine.status().layout().reason()).contains("no mask token");
            assertThat(generate(engine, Decoding.AUTO).tokens()).hasSize(20);
            assertThatThrownBy(() -> generate(engine, Decoding.of(DecodeMode.SINGLE_PASS)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("needs a mask token");
        }
    }

    @Test
    void withoutAMaskTokenIsRejectedWhereATidarModeIsSet() throws IOException {
        edit("config.json", "\"mask_token_id\": 512,", "");

        assertThatThrownBy(() -> TidarEngine.load(
                        options().decoding(Decoding.of(DecodeMode.TWO_PASS)).build()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("mask_token_id");
    }

    @Test
    void takesMaskTokenAndBlockSizeFromTheCaller() throws Exception {
        edit("config.json", "\"mask_token_id\": 512,", "");
        edit("config.json", "\"block_size\": 8,", "");

        try (TidarEngine engine =
                TidarEngine.load(options().maskTokenId(512).blockSize(4).build())) {
            assertThat(engine.status().model().blockSize()).isEqualTo(OptionalInt.of(4));
            GenerationResult drafted = generate(engine, Decoding.of(DecodeMode.SINGLE_PASS));
            assertThat(drafted.stats().layout()).isEqualTo("single-pass, draft length 4");
            assertThat(drafted.tokens())
                    .isEqualTo(generate(engine, Decoding.of(DecodeMode.AUTOREGRESSIVE))
                            .tokens());
        }
    }

    @Test
    void isDecodedAsTheOptionsSayUnlessARequestSaysOtherwise() throws InterruptedException {
        var twoPass = Decoding.of(DecodeMode.TWO_PASS).withDraftLength(4);
        var open = GenerationRequest.builder(new Prompt.Tokens(PROMPT))
                .maxTokens(5)
                .build();

        try (TidarEngine engine = TidarEngine.load(options().decoding(twoPass).build())) {
            assertThat(engine.submit(open, GenerationListener.NONE)
                            .await()
                            .stats()
                            .layout())
                    .isEqualTo("two-pass, draft length 4");
            assertThat(generate(engine, Decoding.of(DecodeMode.AUTOREGRESSIVE))
                            .stats()
                            .layout())
                    .isEqualTo("autoregressive");
            assertThat(generate(engine, Decoding.AUTO).tokens()).hasSize(20);
        }
    }

    @Test
    void withoutATokenizerServesTokenIdsOnly() throws Exception {
        Files.delete(folder.resolve("tokenizer.json"));

        try (TidarEngine engine = load()) {
            GenerationResult result = generate(engine, Decoding.AUTO);
            assertThat(result.tokens()).hasSize(20);
            assertThat(result.text()).isEmpty();
            assertThatThrownBy(() -> engine.submit(
                            GenerationRequest.builder(new Prompt.Text("hi")).build(), GenerationListener.NONE))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("serves token ids only");
            assertThatThrownBy(() -> engine.submit(
                            GenerationRequest.builder(new Prompt.Tokens(PROMPT))
                                    .stopStrings(List.of("x"))
                                    .build(),
                            GenerationListener.NONE))
                    .hasMessageContaining("stop strings need a tokenizer");
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void givesEqualTokensInEveryModeWhateverItsWeightsAreHeldAs(WeightFormat format) throws InterruptedException {
        try (TidarEngine engine = TidarEngine.load(options().weights(format).build())) {
            List<Integer> expected =
                    generate(engine, Decoding.of(DecodeMode.AUTOREGRESSIVE)).tokens();
            for (DecodeMode mode : List.of(DecodeMode.SINGLE_PASS, DecodeMode.TWO_PASS)) {
                assertThat(generate(engine, Decoding.of(mode)).tokens()).isEqualTo(expected);
            }
            assertThat(engine.status().model().weights())
                    .isEqualTo(format == WeightFormat.AUTO ? WeightFormat.F32 : format);
        }
    }

    @Test
    void whoseWeightsAreNotFiniteIsRejectedAtLoad() throws IOException {
        Path weights = folder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        int header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
        for (int at = 8 + header; at < bytes.length; at += 4) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, Float.NaN);
        }
        Files.write(weights, bytes);

        assertThatThrownBy(this::load)
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("model.safetensors");
    }

    @Test
    void whoseContextDoesNotFitTheMemoryGetsAShorterOne() throws InterruptedException {
        long blockBytes = 2L * 5 * 4 * 8 * 16 * 4;

        try (TidarEngine engine = TidarEngine.load(options()
                .kvCache(KvCacheOptions.DEFAULT.withBytes(10 * blockBytes))
                .build())) {
            assertThat(engine.status().model().contextLength()).isEqualTo(160);
            assertThat(engine.status().kv().bytes()).isEqualTo(10 * blockBytes);
            var endless = GenerationRequest.builder(new Prompt.Tokens(PROMPT))
                    .ignoreStopIds(true)
                    .build();
            assertThat(engine.submit(endless, GenerationListener.NONE).await().tokens())
                    .hasSize(160 - PROMPT.size());
        }
    }

    @Test
    void whoseKvMemoryHoldsNoContextGetsTheLeastThatWorks() {
        try (TidarEngine engine = TidarEngine.load(
                options().kvCache(KvCacheOptions.DEFAULT.withBytes(1000)).build())) {
            assertThat(engine.status().model().contextLength()).isEqualTo(128);
        }
    }

    @Test
    void reportsItsProgressToTheEnd() {
        List<LoadProgress> stages = new ArrayList<>();

        TidarEngine.load(options().progress(stages::add).build()).close();

        assertThat(stages)
                .extracting(LoadProgress::stage)
                .contains("reading the checkpoint", "packing weights", "ready");
        assertThat(stages).extracting(LoadProgress::done).isSorted().endsWith(1.0);
    }

    private TidarEngine load() {
        return TidarEngine.load(options().build());
    }

    private EngineOptions.Builder options() {
        return EngineOptions.builder(folder).threads(1);
    }

    private void edit(String name, String from, String to) throws IOException {
        String text = Files.readString(folder.resolve(name));
        assertThat(text).contains(from);
        Files.writeString(folder.resolve(name), text.replace(from, to));
    }

    private static GenerationResult generate(TidarEngine engine, Decoding decoding) throws InterruptedException {
        var request = GenerationRequest.builder(new Prompt.Tokens(PROMPT))
                .maxTokens(20)
                .decoding(decoding)
                .build();
        return engine.submit(request, GenerationListener.NONE).await();
    }
}
