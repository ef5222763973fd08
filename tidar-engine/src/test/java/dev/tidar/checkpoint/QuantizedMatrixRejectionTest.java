package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.QuantizationFixture.MODULE;
import static dev.tidar.checkpoint.QuantizationFixture.float8;
import static dev.tidar.checkpoint.QuantizationFixture.ints;
import static dev.tidar.checkpoint.QuantizationFixture.longs;
import static dev.tidar.checkpoint.QuantizationFixture.packed;
import static dev.tidar.checkpoint.QuantizationFixture.quantized;
import static dev.tidar.checkpoint.QuantizationFixture.transposed;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A quantised matrix is rejected because")
class QuantizedMatrixRejectionTest {

    @TempDir
    Path folder;

    @Test
    void theShapeOfPackedWeightsIsAnother() {
        rejected(
                QuantizationFixture.PACKED,
                t -> packed(t).add(MODULE + ".weight_shape", "I64", new long[] {2}, longs(8, 7)),
                Fault.CORRUPT,
                "m.weight_shape",
                "[8, 8]",
                "[8, 7]");
    }

    @Test
    void packedWeightsHaveNoShape() {
        rejected(
                QuantizationFixture.PACKED,
                t -> packed(t).remove(MODULE + ".weight_shape"),
                Fault.INCOMPLETE,
                "m.weight_shape",
                "missing");
    }

    @Test
    void thereAreFewerScalesThanGroups() {
        rejected(
                QuantizationFixture.PACKED,
                t -> packed(t).filled(MODULE + ".weight_scale", 1, 8, 1),
                Fault.CORRUPT,
                "m.weight_scale",
                "[8, 2]",
                "[8, 1]");
    }

    @Test
    void groupsDoNotFillARow() {
        rejected(
                QuantizationFixture.PACKED.replace("\"group_size\": 4", "\"group_size\": 3"),
                QuantizationFixture::packed,
                Fault.UNSUPPORTED,
                "group_size must divide the 8 columns of m, but is 3");
    }

    @Test
    void zeroPointsAreMissing() {
        rejected(
                QuantizationFixture.PACKED.replace("\"symmetric\": true", "\"symmetric\": false"),
                QuantizationFixture::packed,
                Fault.INCOMPLETE,
                "m.weight_zero_point");
    }

    @Test
    void zeroPointsAreLeftOver() {
        var fixture = quantized(
                folder,
                QuantizationFixture.PACKED,
                t -> packed(t).add(MODULE + ".weight_zero_point", "I32", new long[] {1, 2}, new byte[8]));
        try (Checkpoint checkpoint = fixture.open()) {
            checkpoint.matrix(MODULE + ".weight", 8, 8);

            assertThat(checkpoint.unusedNames()).contains(MODULE + ".weight_zero_point");
        }
    }

    @Test
    void aColumnIsInNoGroup() {
        rejected(
                QuantizationFixture.PACKED.replace("\"num_bits\"", "\"actorder\": \"group\", \"num_bits\""),
                t -> packed(t).add(MODULE + ".weight_g_idx", "I32", new long[] {8}, ints(0, 0, 0, 0, 1, 1, 1, 2)),
                Fault.CORRUPT,
                "m.weight_g_idx",
                "from 0 to 1",
                "names 2 for column 7");
    }

    @Test
    void aGroupHasTooManyColumns() {
        rejected(
                QuantizationFixture.PACKED.replace("\"num_bits\"", "\"actorder\": \"group\", \"num_bits\""),
                t -> packed(t).add(MODULE + ".weight_g_idx", "I32", new long[] {8}, ints(0, 0, 0, 0, 0, 1, 1, 1)),
                Fault.CORRUPT,
                "m.weight_g_idx",
                "4 times");
    }

    @Test
    void noneOfSeveralGroupsFits() {
        String two = QuantizationFixture.PACKED.replace(
                "\"config_groups\": {",
                "\"config_groups\": {\"other\": {\"weights\": {\"num_bits\": 8, \"strategy\": \"channel\"}}, ");

        rejected(
                two,
                t -> packed(t).filled(MODULE + ".weight_scale", 1, 8, 1),
                Fault.CORRUPT,
                "the tensors of m",
                "config_groups");
    }

    @Test
    void aScaleIsNotFinite() {
        rejected(
                QuantizationFixture.PACKED,
                t -> packed(t).filled(MODULE + ".weight_scale", Float.NaN, 8, 2),
                Fault.CORRUPT,
                "m.weight_scale",
                "16 values");
    }

    @Test
    void aScaleMakesAnInfinityOfTheLargestCode() {
        rejected(
                QuantizationFixture.PACKED,
                t -> packed(t).filled(MODULE + ".weight_scale", 1e38f, 8, 2),
                Fault.CORRUPT,
                "m.weight_scale",
                "multiplied by 15",
                "16 are too large");
        rejected(
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".weight_scale_inv", 2, 1).filled(MODULE + ".weight_scale_inv", 1e36f, 2, 1),
                Fault.CORRUPT,
                "m.weight_scale_inv",
                "multiplied by 448");
        rejected(
                QuantizationFixture.INT8,
                t -> t.add(MODULE + ".weight", "I8", new long[] {8, 8}, new byte[64])
                        .filled(MODULE + ".weight_scale", 1e37f, 8, 1),
                Fault.CORRUPT,
                "m.weight_scale",
                "multiplied by 128");
    }

    @Test
    void theShapeOfPackedWeightsIsEmpty() {
        var fixture = quantized(
                folder,
                QuantizationFixture.PACKED,
                t -> packed(t).add(MODULE + ".weight_shape", "I64", new long[] {2, 0}, new byte[0]));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.parameters()).isPositive();
            assertRejected(
                    Fault.CORRUPT, () -> checkpoint.matrix(MODULE + ".weight", 8, 8), "m.weight_shape", "[2, 0]");
        }
    }

    @Test
    void blocksHaveAnotherNumberOfScales() {
        rejected(
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".weight_scale_inv", 1, 2),
                Fault.CORRUPT,
                "m.weight_scale_inv",
                "[2, 1]",
                "[1, 2]");
    }

    @Test
    void floatsHaveNoScales() {
        rejected(
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".other", 2, 1),
                Fault.INCOMPLETE,
                "m.weight_scale_inv",
                "missing");
    }

    @Test
    void aZeroPointLessOneIsTheLargest() {
        rejected(
                QuantizationFixture.GPTQ.replace("\"sym\": true", "\"sym\": false"),
                t -> transposed(t, 1, 8).add(MODULE + ".qzeros", "I32", new long[] {2, 1}, ints(0, 0xf000)),
                Fault.UNSUPPORTED,
                "m.qzeros",
                "less than 15",
                "gptq_v2");
    }

    @Test
    void theZeroPointsOfASymmetricModelAreNotStoredAsItsFormatSays() {
        rejected(
                QuantizationFixture.GPTQ,
                t -> transposed(t, 1, 8)
                        .add(MODULE + ".qzeros", "I32", new long[] {2, 1}, ints(0x77777777, 0x77778777)),
                Fault.UNSUPPORTED,
                "m.qzeros",
                "stored as 7 where sym is true and checkpoint_format is gptq, but one is 8");
        rejected(
                QuantizationFixture.GPTQ.replace(
                        "\"checkpoint_format\": \"gptq\"", "\"checkpoint_format\": \"gptq_v2\""),
                t -> transposed(t, 1, 8),
                Fault.UNSUPPORTED,
                "m.qzeros",
                "stored as 8 where sym is true and checkpoint_format is gptq_v2, but one is 7");
    }

    @Test
    void columnsAreReorderedWithoutSayingSo() {
        rejected(
                QuantizationFixture.GPTQ,
                t -> transposed(t, 1, 8).add(MODULE + ".g_idx", "I32", new long[] {8}, ints(1, 0, 0, 0, 0, 1, 1, 1)),
                Fault.CORRUPT,
                "m.g_idx",
                "desc_act");
    }

    @Test
    void reorderedColumnsHaveNoIndex() {
        rejected(
                QuantizationFixture.GPTQ.replace("\"desc_act\": false", "\"desc_act\": true"),
                t -> transposed(t, 1, 8),
                Fault.INCOMPLETE,
                "m.g_idx",
                "missing");
    }

    @Test
    void gptqWeightsHaveTheLayoutOfAwq() {
        rejected(QuantizationFixture.GPTQ, t -> transposed(t, 8, 1), Fault.CORRUPT, "m.qweight", "[1, 8]", "[8, 1]");
    }

    @Test
    void awqWeightsHaveTheLayoutOfGptq() {
        rejected(QuantizationFixture.AWQ, t -> transposed(t, 1, 8), Fault.CORRUPT, "m.qweight", "[8, 1]", "[1, 8]");
    }

    @Test
    void wordsAreFloats() {
        rejected(
                QuantizationFixture.AWQ,
                t -> transposed(t, 8, 1).filled(MODULE + ".qweight", 1, 8, 1),
                Fault.UNSUPPORTED,
                "m.qweight",
                "I32",
                "F32");
    }

    @Test
    void configJsonSaysNothingOfItsWords() {
        rejected("null", t -> transposed(t, 1, 8), Fault.UNSUPPORTED, "m.qweight is I32", "quantization_config");
    }

    @Test
    void anEightBitFloatIsNaNByTheScan() {
        var fixture = quantized(
                folder,
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".weight_scale_inv", 2, 1)
                        .add(MODULE + ".weight", "F8_E4M3", new long[] {1, 2}, new byte[] {0x7f, 1}));
        try (Checkpoint checkpoint = fixture.open()) {
            assertRejected(Fault.CORRUPT, checkpoint::requireFinite, "m.weight", "1 values");
        }
    }

    private void rejected(String config, Consumer<SafetensorsBytes> tensors, Fault fault, String... words) {
        try (Checkpoint checkpoint = quantized(folder, config, tensors).open()) {
            assertRejected(fault, () -> checkpoint.matrix(MODULE + ".weight", 8, 8), words);
        }
    }
}
