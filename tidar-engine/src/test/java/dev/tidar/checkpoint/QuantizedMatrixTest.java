package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.QuantizationFixture.MODULE;
import static dev.tidar.checkpoint.QuantizationFixture.float8;
import static dev.tidar.checkpoint.QuantizationFixture.ints;
import static dev.tidar.checkpoint.QuantizationFixture.packed;
import static dev.tidar.checkpoint.QuantizationFixture.quantized;
import static dev.tidar.checkpoint.QuantizationFixture.transposed;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A quantised matrix")
class QuantizedMatrixTest {

    @TempDir
    Path folder;

    @Test
    void needsNoBiasOfZerosThatGptqAddedAndAnyOther() {
        var fixture = quantized(
                folder, QuantizationFixture.GPTQ, t -> transposed(t, 1, 8).filled(MODULE + ".bias", 0, 8));
        var other = quantized(
                folder, QuantizationFixture.GPTQ, t -> transposed(t, 1, 8).filled(MODULE + ".bias", 1, 8));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.unusedNames()).doesNotContain(MODULE + ".bias");
        }
        try (Checkpoint checkpoint = other.open()) {
            assertThat(checkpoint.unusedNames()).contains(MODULE + ".bias");
        }
    }

    @Test
    void needsABiasOfZerosThatIsNoRowOfItsModule() {
        var fixture = quantized(
                folder, QuantizationFixture.GPTQ, t -> transposed(t, 1, 8).filled(MODULE + ".bias", 0, 4));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.unusedNames()).contains(MODULE + ".bias");
        }
    }

    @Test
    void isReadWhereTheStatusOfItsFolderIsFrozen() {
        assertThat(storedAs(QuantizationFixture.INT8.replace("\"compressed\"", "\"frozen\"")))
                .isEqualTo("compressed-tensors int8, a scale for each row");
    }

    @Test
    void hasBlocksThatTheConfigMayGiveAsAString() {
        assertThat(storedAs(QuantizationFixture.FLOAT8.replace("[4, 4]", "\"128x64\"")))
                .isEqualTo("compressed-tensors FP8, blocks of 128 x 64");
    }

    @Test
    void isOfOneSchemeWhereBytesHoldIntegersOfSeveralWidths() {
        String two = QuantizationFixture.INT8.replace(
                "\"config_groups\": {",
                "\"config_groups\": {\"other\": {\"weights\": {\"num_bits\": 4, \"strategy\": \"channel\"}}, ");
        var fixture = quantized(
                folder,
                two,
                t -> t.add(MODULE + ".weight", "I8", new long[] {8, 8}, new byte[64])
                        .filled(MODULE + ".weight_scale", 1, 8, 1));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.matrix(MODULE + ".weight", 8, 8).dtype()).isEqualTo(DType.I8);
        }
    }

    @Test
    void isFiniteByTheScanWhereTensorsWithoutBytesClaimEndlessRows() {
        var fixture = quantized(
                folder,
                QuantizationFixture.BLOCKS,
                t -> t.add("codes", "F8_E4M3", new long[] {0, Integer.MAX_VALUE}, new byte[0])
                        .add("floats", "F32", new long[] {0, 1L << 40}, new byte[0]));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThatNoException().isThrownBy(checkpoint::requireFinite);
        }
    }

    @Test
    void isNotReadOnAfterAMebibyteOfAFileThatChanges() throws IOException {
        int columns = 1 << 17;
        var fixture = quantized(
                folder,
                QuantizationFixture.AWQ.replace("\"group_size\": 4", "\"group_size\": -1"),
                t -> t.add(MODULE + ".qweight", "I32", new long[] {columns, 1}, new byte[columns * Integer.BYTES])
                        .add(MODULE + ".qzeros", "I32", new long[] {1, 1}, ints(0))
                        .filled(MODULE + ".scales", 1, 1, 8));
        try (Checkpoint checkpoint = fixture.open()) {
            MatrixSource matrix = checkpoint.matrix(MODULE + ".weight", 8, columns);
            float[] row = new float[columns];
            matrix.readRow(0, row);
            Files.setLastModifiedTime(folder.resolve("model.safetensors"), FileTime.fromMillis(0));

            assertRejected(
                    Fault.CORRUPT,
                    () -> {
                        matrix.readRow(1, row);
                        matrix.readRow(2, row);
                    },
                    "must not change");
        }
    }

    private String storedAs(String config) {
        try (Checkpoint checkpoint = quantized(folder, config, t -> {}).open()) {
            return checkpoint.quantization().orElseThrow();
        }
    }

    @Test
    void hasGroupsOfNeighboursWhereTheIndexWasNeverSet() {
        String byActivation =
                QuantizationFixture.PACKED.replace("\"num_bits\"", "\"actorder\": \"group\", \"num_bits\"");
        var fixture = quantized(
                folder,
                byActivation,
                t -> packed(t)
                        .add(MODULE + ".weight_packed", "I32", new long[] {8, 1}, ints(0x98765432, 0, 0, 0, 0, 0, 0, 0))
                        .f32(
                                MODULE + ".weight_scale",
                                new long[] {8, 2},
                                1,
                                2,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1,
                                1)
                        .add(MODULE + ".weight_g_idx", "I32", new long[] {8}, ints(-1, -1, -1, -1, -1, -1, -1, -1)));
        try (Checkpoint checkpoint = fixture.open()) {
            MatrixSource matrix = checkpoint.matrix(MODULE + ".weight", 8, 8);
            float[] row = new float[8];
            matrix.readRow(0, row);

            assertThat(row).containsExactly(-6, -5, -4, -3, -4, -2, 0, 2);
            assertThat(matrix.dtype()).isEqualTo(DType.F32);
            assertThat(matrix.keptAs()).isEqualTo(DType.I8);
        }
    }

    @Test
    void mayHaveScalesThatArePowersOfTwo() {
        var fixture = quantized(
                folder,
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".weight_scale_inv", 2, 1)
                        .add(MODULE + ".weight", "F8_E4M3", new long[] {8, 8}, ofByte(0x38))
                        .add(MODULE + ".weight_scale_inv", "F8_E8M0", new long[] {2, 1}, new byte[] {126, (byte) 130}));
        try (Checkpoint checkpoint = fixture.open()) {
            float[] row = new float[8];
            checkpoint.matrix(MODULE + ".weight", 8, 8).readRow(3, row);
            assertThat(row).containsOnly(0.5f);
            checkpoint.matrix(MODULE + ".weight", 8, 8).readRow(4, row);
            assertThat(row).containsOnly(8);
        }
    }

    private static byte[] ofByte(int value) {
        byte[] bytes = new byte[64];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
