package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other loaders take: read right, or refused because it would be wrong. */
@DisplayName("A folder that is unusual")
class UnusualFoldersTest {

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0} bytes more in the header")
    @ValueSource(ints = {1, 2, 3})
    void becauseItsTensorsBeginAtAnyByteIsReadRight(int more) throws IOException {
        Path written = ModelFolderFixture.in(folder).write();
        Path file = written.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] moved = Arrays.copyOf(bytes, bytes.length + more);
        ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header + more);
        Arrays.fill(moved, 8 + header, 8 + header + more, (byte) ' ');
        System.arraycopy(bytes, 8 + header, moved, 8 + header + more, bytes.length - 8 - header);
        Files.write(file, moved);

        try (Checkpoint checkpoint = Checkpoint.open(written, Overrides.none())) {
            MatrixSource q = checkpoint.matrix("model.layers.0.self_attn.q_proj.weight", HIDDEN, HIDDEN);
            float[] row = new float[HIDDEN];
            q.readRow(HIDDEN - 1, row);
            assertThat(row).containsOnly(0.25f);
            assertThat(checkpoint.vector("model.norm.weight", HIDDEN)).containsOnly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bfloat16", "float16", "float8_e4m3fn"})
    void becauseItsConfigNamesAnotherTypeThanItsTensorsIsReadByTheirs(String type) {
        try (Checkpoint checkpoint =
                ModelFolderFixture.in(folder).set("torch_dtype", type).open()) {
            float[] row = new float[HIDDEN];
            checkpoint.matrix(EMBEDDING, VOCAB, HIDDEN).readRow(0, row);
            assertThat(row).containsOnly(0.5f);
        }
    }

    @Test
    void becauseItSamplesWithTemperature0IsGreedy() {
        try (Checkpoint checkpoint = ModelFolderFixture.in(folder)
                .generation("{\"do_sample\": true, \"temperature\": 0}")
                .open()) {
            assertThat(checkpoint.generation().sampling().temperature()).hasValue(0);
        }
    }

    @Test
    void becauseItsTiedMatrixHasTheNameOfTheHeadIsReadUnderThatName() {
        ModelFolderFixture fixture =
                ModelFolderFixture.in(folder).tensors(t -> t.remove(EMBEDDING).filled(HEAD, 0.5f, VOCAB, HIDDEN));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.embeddingName()).isEqualTo(HEAD);
            checkpoint.matrix(HEAD, VOCAB, HIDDEN);
            assertThat(checkpoint.unusedNames()).doesNotContain(HEAD);
            assertThat(checkpoint.parameters()).isEqualTo(632);
        }
    }

    @Test
    void becauseItsHeadIsNotTiedAndItsEmbeddingIsMissingIsRejected() {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder)
                .set("tie_word_embeddings", false)
                .tensors(t -> t.remove(EMBEDDING).filled(HEAD, 0.5f, VOCAB, HIDDEN));

        assertRejected(Fault.INCOMPLETE, () -> fixture.open().close(), EMBEDDING, "missing");
    }

    @Test
    void becauseItHasTwoAdaptersIsRejected() throws IOException {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder);
        Files.createDirectory(folder.resolve("draft_adapter"));
        Files.createDirectory(folder.resolve("linear_spec_lora"));

        assertRejected(
                Fault.UNSUPPORTED,
                () -> fixture.open().close(),
                "one draft adapter",
                "draft_adapter and linear_spec_lora");
    }

    @Test
    void becauseEverythingInItIsALinkOfTheHubsCacheIsRead() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("models--a--b/blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("models--a--b/snapshots/0123"));
        Path plain = ModelFolderFixture.in(Files.createDirectory(folder.resolve("plain")))
                .write();
        Path adapter = Files.createDirectory(snapshot.resolve("draft_adapter"));
        Files.copy(plain.resolve("config.json"), blobs.resolve("aa"));
        Files.copy(plain.resolve("model.safetensors"), blobs.resolve("bb"));
        Files.writeString(blobs.resolve("cc"), "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 2}");
        String module = "base_model.model.model.layers.0.self_attn.o_proj.";
        new SafetensorsBytes()
                .filled(module + "lora_A.weight", 0.1f, 1, HIDDEN)
                .filled(module + "lora_B.weight", 0.1f, HIDDEN, 1)
                .write(blobs.resolve("dd"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/aa"));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/bb"));
        Files.createSymbolicLink(adapter.resolve("adapter_config.json"), Path.of("../../../blobs/cc"));
        Files.createSymbolicLink(adapter.resolve("adapter_model.safetensors"), Path.of("../../../blobs/dd"));

        try (Checkpoint checkpoint = Checkpoint.open(snapshot, Overrides.none())) {
            assertThat(checkpoint.draftAdapter()).isPresent();
        }
    }

    // masks by their text

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "tokenizer_config.json; {`mask_token`: `[M]`, `added_tokens_decoder`: {`7`: {`content`: `[M]`}}}; 7",
                "tokenizer_config.json; {`added_tokens_decoder`: {`9`: {`content`: `<|MASK|>`}}}; 9",
                "added_tokens.json; {`<|mask|>`: 11, `other`: 3}; 11",
                "tokenizer.json; {`model`: {`vocab`: {`a`: 1}}, `added_tokens`: [{`id`: 12, `content`: `<|mask|>`}]}; 12"
            })
    void becauseItsMaskTokenIsOnlyInTheTokenizerDraftsOnceABlockSizeIsSet(String file, String json, int id) {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder).without("mask_token_id", "block_size");
        fixture.writeText(file, json.replace('`', '"'));
        var block = new Overrides(OptionalInt.empty(), OptionalInt.of(16), OptionalInt.empty(), false);
        try (Checkpoint checkpoint = fixture.open(block)) {
            assertThat(checkpoint.config().tidar()).hasValue(new TidarConfig(id, 16));
            assertThat(checkpoint.drafting()).contains("mask token " + id, file, "block size 16", "was set");
        }
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.config().tidar()).isEmpty();
            assertThat(checkpoint.drafting())
                    .contains("looked for mask_token_id, mask_id", "the tokenizer would be asked");
        }
    }

    @Test
    void becauseOnlyItsBlockSizeIsInConfigJsonFindsItsMaskByText() {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder)
                .without("mask_token_id", "block_size")
                .set("bd_size", 8);
        fixture.writeText("added_tokens.json", "{\"<|mask|>\": 11}");
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.config().tidar()).hasValue(new TidarConfig(11, 8));
            assertThat(checkpoint.drafting()).contains("<|mask|> of added_tokens.json", "block size 8 from bd_size");
        }
    }

    @Test
    void becauseNoMaskTokenIsFoundSaysWhatWasLookedFor() {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder).without("mask_token_id", "block_size");
        var block = new Overrides(OptionalInt.empty(), OptionalInt.of(16), OptionalInt.empty(), false);

        assertRejected(
                Fault.UNSUPPORTED,
                () -> fixture.open(block).close(),
                "mask_token_id is missing",
                "mask_token_id, mask_id in config.json",
                "<|mask|>, <|MASK|>");
    }
}
