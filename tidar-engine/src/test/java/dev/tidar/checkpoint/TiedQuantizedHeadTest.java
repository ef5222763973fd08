package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.QuantizationFixture.ints;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A quantised head beside the embedding that it is tied to")
class TiedQuantizedHeadTest {

    private static final String EMBEDDING = "model.embed_tokens";
    private static final String HEAD = "lm_head";
    private static final String WORDS = QuantizationFixture.GPTQ.replace("\"sym\": true", "\"sym\": false");

    @TempDir
    Path folder;

    @Test
    void isTakenForACopyWhereAllItsTensorsAreThoseOfTheEmbedding() {
        try (Checkpoint alone = words(t -> t.remove(HEAD + ".qweight")
                        .remove(HEAD + ".qzeros")
                        .remove(HEAD + ".scales")
                        .remove(HEAD + ".g_idx"))
                .open()) {
            long parameters = alone.parameters();
            try (Checkpoint checkpoint = words(t -> {}).open()) {
                assertThat(checkpoint.embeddingName()).isEqualTo(EMBEDDING + ".weight");
                assertThat(checkpoint.parameters()).isEqualTo(parameters);
                assertThat(checkpoint.unusedNames()).noneMatch(name -> name.startsWith(HEAD));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".qweight", ".qzeros", ".scales", ".g_idx"})
    void isRejectedBecauseOneOfItsTensorsIsAnother(String suffix) {
        rejected(words(t -> t.filled(HEAD + suffix, 2, 2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDING, HEAD})
    void isRejectedBecauseOnlyOneOfBothListsItsGroups(String module) {
        rejected(words(t -> t.remove(module + ".g_idx")));
    }

    @Test
    void isRejectedBecauseTheScalesOfItsBlocksAreOthers() {
        ModelFolderFixture fixture = QuantizationFixture.quantized(folder, QuantizationFixture.BLOCKS, t -> {
            floats(t, EMBEDDING, 1);
            floats(t, HEAD, 2);
        });

        rejected(fixture);
    }

    private static void floats(SafetensorsBytes tensors, String module, float scale) {
        tensors.add(module + ".weight", "F8_E4M3", new long[] {VOCAB, HIDDEN}, new byte[VOCAB * HIDDEN])
                .filled(module + ".weight_scale_inv", scale, VOCAB / 4, HIDDEN / 8);
    }

    private ModelFolderFixture words(Consumer<SafetensorsBytes> change) {
        return QuantizationFixture.quantized(folder, WORDS, t -> {
            t.remove(EMBEDDING + ".weight");
            words(t, EMBEDDING);
            words(t, HEAD);
            change.accept(t);
        });
    }

    private static void words(SafetensorsBytes tensors, String module) {
        tensors.add(module + ".qweight", "I32", new long[] {HIDDEN / 8, VOCAB}, new byte[HIDDEN / 8 * VOCAB * 4])
                .add(module + ".qzeros", "I32", new long[] {2, VOCAB / 8}, ints(0, 0, 0, 0))
                .filled(module + ".scales", 1, 2, VOCAB)
                .add(module + ".g_idx", "I32", new long[] {HIDDEN}, ints(0, 0, 0, 0, 1, 1, 1, 1));
    }

    private static void rejected(ModelFolderFixture fixture) {
        assertRejected(
                Fault.CORRUPT,
                () -> fixture.open().close(),
                "tie_word_embeddings is true",
                HEAD + ".weight is there and differs from " + EMBEDDING + ".weight");
    }
}
