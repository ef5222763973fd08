package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A draft adapter")
class DraftAdapterTest {

    private static final String WEIGHT = "model.layers.0.self_attn.q_proj.weight";
    private static final String MODULE = "base_model.model.model.layers.0.self_attn.q_proj.";
    private static final String CONFIG = """
            {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "lora_dropout": 0.0, "bias": "none",
             "use_rslora": false, "fan_in_fan_out": false, "target_modules": ["q_proj"]}""";

    @TempDir
    Path folder;

    @Test
    void givesBothMatricesAndAlphaOverRank() {
        try (Checkpoint checkpoint = open(CONFIG, adapter())) {
            LinearSource.Adapter added =
                    adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN).orElseThrow();

            assertThat(added.scale()).isEqualTo(2);
            assertThat(firstRow(added.a())).hasSize(HIDDEN).containsOnly(0.5f);
            assertThat(firstRow(added.b())).hasSize(4).containsOnly(0.25f);
            assertThat(adapter(checkpoint).rank()).isEqualTo(4);
        }
    }

    @Test
    void scalesByTheRootOfTheRankWhereItSaysSo() {
        try (Checkpoint checkpoint = open(CONFIG.replace("\"use_rslora\": false", "\"use_rslora\": true"), adapter())) {
            assertThat(adapter(checkpoint)
                            .forMatrix(WEIGHT, HIDDEN, HIDDEN)
                            .orElseThrow()
                            .scale())
                    .isEqualTo(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"F16, 0x3800", "BF16, 0x3f00"})
    void readsSixteenBitFloats(String type, String half) {
        int[] bits = new int[4 * HIDDEN];
        Arrays.fill(bits, Integer.decode(half));
        var tensors =
                adapter().add(MODULE + "lora_A.weight", type, new long[] {4, HIDDEN}, SafetensorsBytes.shorts(bits));
        try (Checkpoint checkpoint = open(CONFIG, tensors)) {
            var added = adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN).orElseThrow();

            assertThat(firstRow(added.a())).containsOnly(0.5f);
        }
    }

    @Test
    void leavesOtherMatricesAlone() {
        try (Checkpoint checkpoint = open(CONFIG, adapter())) {
            assertThat(adapter(checkpoint).forMatrix("model.layers.0.mlp.up_proj.weight", 12, HIDDEN))
                    .isEmpty();
        }
    }

    @Test
    void isAllUsedOnceEveryMatrixWasAskedFor() {
        try (Checkpoint checkpoint = open(CONFIG, adapter())) {
            adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN);

            assertThatNoException().isThrownBy(adapter(checkpoint)::requireAllUsed);
        }
    }

    @Test
    void changesTheFingerprint() {
        String with;
        try (Checkpoint checkpoint = open(CONFIG, adapter())) {
            with = checkpoint.fingerprint();
        }
        try (Checkpoint other = open(CONFIG, adapter().filled(MODULE + "lora_B.weight", 0.75f, HIDDEN, 4))) {
            assertThat(other.fingerprint()).isNotEqualTo(with);
        }
    }

    @Nested
    class IsRejected {

        @ParameterizedTest(name = "with {1}")
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"LORA\" | \"ADALORA\" | peft_type",
                    "\"bias\": \"none\" | \"bias\": \"all\" | bias",
                    "\"fan_in_fan_out\": false | \"fan_in_fan_out\": true | fan_in_fan_out",
                    "\"r\": 4 | \"r\": 4, \"use_dora\": true | use_dora",
                    "\"r\": 4 | \"r\": 4, \"rank_pattern\": {\"q_proj\": 8} | rank_pattern",
                    "\"r\": 4 | \"r\": 4, \"alpha_pattern\": {\"q_proj\": 8} | alpha_pattern",
                    "\"r\": 4 | \"r\": 4, \"modules_to_save\": [\"lm_head\"] | modules_to_save"
                })
        void whatChangesTheComputation(String good, String bad, String key) {
            assertRejected(
                    Fault.UNSUPPORTED, () -> open(CONFIG.replace(good, bad), adapter()), "adapter_config.json", key);
        }

        @ParameterizedTest(name = "with {0}")
        @CsvSource({"0", "-4", "100000", "4.5"})
        void aRankOutOfRange(String rank) {
            assertRejected(
                    Fault.CORRUPT,
                    () -> open(CONFIG.replace("\"r\": 4", "\"r\": " + rank), adapter()),
                    "r must be",
                    rank);
        }

        @Test
        void aTensorThatBelongsToNoLayer() {
            var tensors =
                    adapter().filled("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", 1, 4, HIDDEN);
            try (Checkpoint checkpoint = open(CONFIG, tensors)) {
                adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN);

                assertRejected(
                        Fault.CORRUPT,
                        adapter(checkpoint)::requireAllUsed,
                        "layers.7",
                        "1 of 3",
                        "adapter_model.safetensors");
            }
        }

        @Test
        void halfOfAPair() {
            try (Checkpoint checkpoint = open(CONFIG, adapter().remove(MODULE + "lora_B.weight"))) {
                assertRejected(
                        Fault.INCOMPLETE,
                        () -> adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN),
                        "lora_B.weight",
                        "missing");
            }
        }

        @Test
        void anotherRankThanItSays() {
            try (Checkpoint checkpoint = open(CONFIG.replace("\"r\": 4", "\"r\": 8"), adapter())) {
                assertRejected(
                        Fault.CORRUPT,
                        () -> adapter(checkpoint).forMatrix(WEIGHT, HIDDEN, HIDDEN),
                        "lora_A.weight",
                        "[8, 8]",
                        "[4, 8]");
            }
        }

        @Test
        @DisplayName("A34 a pickle in place of its weights")
        void aPickle() {
            ModelFolderFixture fixture = ModelFolderFixture.in(folder);
            fixture.writeText("draft_adapter/adapter_config.json", CONFIG);
            fixture.writeText("draft_adapter/adapter_model.bin", "x");

            assertRejected(Fault.NOT_A_CHECKPOINT, fixture::open, "adapter_model.bin");
        }

        @Test
        void aFolderWithoutConfig() throws IOException {
            Files.createDirectories(folder.resolve("draft_adapter"));

            assertRejected(Fault.INCOMPLETE, ModelFolderFixture.in(folder)::open, "adapter_config.json is missing");
        }
    }

    private SafetensorsBytes adapter() {
        return new SafetensorsBytes()
                .filled(MODULE + "lora_A.weight", 0.5f, 4, HIDDEN)
                .filled(MODULE + "lora_B.weight", 0.25f, HIDDEN, 4);
    }

    private Checkpoint open(String config, SafetensorsBytes tensors) {
        ModelFolderFixture fixture = ModelFolderFixture.in(folder);
        fixture.writeText("draft_adapter/adapter_config.json", config);
        tensors.write(folder.resolve("draft_adapter/adapter_model.safetensors"));
        return fixture.open();
    }

    private static DraftAdapter adapter(Checkpoint checkpoint) {
        return checkpoint.draftAdapter().orElseThrow();
    }

    private static float[] firstRow(MatrixSource matrix) {
        float[] row = new float[matrix.columns()];
        matrix.readRow(0, row);
        return row;
    }
}
