package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.safetensors.SafetensorsBytes.shorts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A checkpoint")
class CheckpointTest {

    private static final String EXTRA = "extra.weight";

    @TempDir
    Path folder;

    @Nested
    class Reads {

        @Test
        void float32Rows() {
            assertThat(row(1, "F32", SafetensorsBytes.f32(1, 2, 3, -4.5f))).containsExactly(3, -4.5f);
        }

        @Test
        void float16RowsWithSubnormals() {
            assertThat(row(1, "F16", shorts(0, 0, 0xc000, 0x0001))).containsExactly(-2, 0x1p-24f);
        }

        @Test
        void bfloat16Rows() {
            assertThat(row(1, "BF16", shorts(0, 0, 0x3fc0, 0xbf80))).containsExactly(1.5f, -1);
        }

        @Test
        void int8RowsTimesTheScaleOfTheRow() {
            try (Checkpoint checkpoint =
                    int8("BF16", new long[] {2, 1}, shorts(0x3f80, 0x3f00)).open()) {
                MatrixSource matrix = checkpoint.matrix(EXTRA, 2, 2);
                byte[] stored = new byte[2];

                assertThat(values(matrix, 1)).containsExactly(-64, 63.5f);
                assertThat(matrix.readInt8Row(1, stored)).isEqualTo(0.5f);
                assertThat(stored).containsExactly(-128, 127);
                assertThat(matrix.dtype()).isEqualTo(DType.I8);
            }
        }

        @Test
        void int8ScalesOfOneDimension() {
            try (Checkpoint checkpoint =
                    int8("F32", new long[] {2}, SafetensorsBytes.f32(1, 2)).open()) {
                assertThat(values(checkpoint.matrix(EXTRA, 2, 2), 1)).containsExactly(-256, 254);
            }
        }

        @Test
        void vectorsOfEveryFloatType() {
            var fixture = ModelFolderFixture.in(folder)
                    .tensors(t -> t.f32("a", new long[] {2}, 1, 2)
                            .add("b", "F16", new long[] {1}, shorts(0x3c00))
                            .add("c", "BF16", new long[] {1}, shorts(0x4000)));
            try (Checkpoint checkpoint = fixture.open()) {
                assertThat(checkpoint.vector("a", 2)).containsExactly(1, 2);
                assertThat(checkpoint.vector("b", 1)).containsExactly(1);
                assertThat(checkpoint.vector("c", 1)).containsExactly(2);
            }
        }

        @Test
        void noInt8RowOfAFloatMatrix() {
            try (Checkpoint checkpoint = ModelFolderFixture.in(folder).open()) {
                MatrixSource matrix = checkpoint.matrix("model.embed_tokens.weight", VOCAB, HIDDEN);

                assertThatIllegalStateException()
                        .isThrownBy(() -> matrix.readInt8Row(0, new byte[HIDDEN]))
                        .withMessage("model.embed_tokens.weight is F32, not I8");
            }
        }

        @Test
        void matricesThatOutliveIt() {
            Checkpoint checkpoint = ModelFolderFixture.in(folder).open();
            MatrixSource matrix = checkpoint.matrix("model.embed_tokens.weight", VOCAB, HIDDEN);
            checkpoint.close();

            assertThat(values(matrix, VOCAB - 1)).containsOnly(0.5f);
        }

        private float[] row(int row, String dtype, byte[] data) {
            var fixture = ModelFolderFixture.in(folder).tensors(t -> t.add(EXTRA, dtype, new long[] {2, 2}, data));
            try (Checkpoint checkpoint = fixture.open()) {
                return values(checkpoint.matrix(EXTRA, 2, 2), row);
            }
        }
    }

    @Nested
    class Tells {

        @Test
        void whichTensorsNobodyAskedFor() {
            var fixture = ModelFolderFixture.in(folder)
                    .tensors(t -> t.filled("model.layers.0.self_attn.o_proj.bias", 0, HIDDEN)
                            .filled("model.layers.0.self_attn.rotary_emb.inv_freq", 1, 2));
            try (Checkpoint checkpoint = fixture.open()) {
                checkpoint.matrix("model.embed_tokens.weight", VOCAB, HIDDEN);

                assertThat(checkpoint.unusedNames())
                        .contains("model.layers.0.self_attn.o_proj.bias")
                        .doesNotContain("model.embed_tokens.weight", "model.layers.0.self_attn.rotary_emb.inv_freq");
            }
        }

        @Test
        void theNumberOfParametersWithoutScalesAndCopies() {
            try (Checkpoint plain = ModelFolderFixture.in(folder).open()) {
                long parameters = plain.parameters();
                var fixture = int8("F32", new long[] {2}, SafetensorsBytes.f32(1, 2))
                        .tensors(t -> t.filled("lm_head.weight", 0.5f, VOCAB, HIDDEN));
                try (Checkpoint more = fixture.open()) {
                    assertThat(more.parameters()).isEqualTo(parameters + 4);
                }
            }
        }

        @Test
        void theSameFingerprintForTheSameFolder() {
            assertThat(fingerprint(ModelFolderFixture.in(folder)))
                    .hasSize(64)
                    .isEqualTo(fingerprint(ModelFolderFixture.in(folder)));
        }

        @Test
        void anotherFingerprintForOtherWeightsOfTheSameShape() {
            var other = ModelFolderFixture.in(folder).tensors(t -> t.filled("model.norm.weight", 2, HIDDEN));

            assertThat(fingerprint(ModelFolderFixture.in(folder))).isNotEqualTo(fingerprint(other));
        }

        @Test
        void thatThereIsNoAdapter() {
            try (Checkpoint checkpoint = ModelFolderFixture.in(folder).open()) {
                assertThat(checkpoint.draftAdapter()).isEqualTo(Optional.empty());
            }
        }

        private String fingerprint(ModelFolderFixture fixture) {
            try (Checkpoint checkpoint = fixture.open()) {
                return checkpoint.fingerprint();
            }
        }
    }

    @Test
    void ofAPublishedModelReadsAsItWasWritten() throws URISyntaxException {
        Path stories = Path.of(
                CheckpointTest.class.getResource("/models/stories260k-tidar").toURI());
        try (Checkpoint checkpoint = Checkpoint.open(stories, Overrides.none())) {
            ModelConfig config = checkpoint.config();

            assertThat(config.tidar()).contains(new TidarConfig(512, 8));
            assertThat(checkpoint.generation().stopIds()).containsExactly(1, 2);
            assertThat(checkpoint.parameters()).isEqualTo(260_096);
            assertThat(checkpoint.unusedNames()).hasSize(9 * config.numLayers() + 2);
            checkpoint.requireFinite();
        }
    }

    private ModelFolderFixture int8(String scaleType, long[] scaleShape, byte[] scales) {
        return ModelFolderFixture.in(folder)
                .json("quantization_config", QuantizationFixture.INT8)
                .tensors(t -> t.add(EXTRA, "I8", new long[] {2, 2}, new byte[] {1, 2, -128, 127})
                        .add("extra.weight_scale", scaleType, scaleShape, scales));
    }

    private static float[] values(MatrixSource matrix, int row) {
        float[] values = new float[matrix.columns()];
        matrix.readRow(row, values);
        return values;
    }
}
