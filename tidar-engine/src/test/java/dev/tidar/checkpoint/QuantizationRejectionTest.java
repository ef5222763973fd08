package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.Bad.corrupt;
import static dev.tidar.checkpoint.Bad.unsupported;
import static dev.tidar.checkpoint.QuantizationFixture.MODULE;
import static dev.tidar.checkpoint.QuantizationFixture.float8;
import static dev.tidar.checkpoint.QuantizationFixture.ints;
import static dev.tidar.checkpoint.QuantizationFixture.longs;
import static dev.tidar.checkpoint.QuantizationFixture.packed;
import static dev.tidar.checkpoint.QuantizationFixture.transposed;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A quantised folder is rejected because")
class QuantizationRejectionTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"compressedTensors", "gptq", "awq", "float8s"})
    void because(Bad bad) {
        assertRejected(
                bad.fault(),
                () -> bad.change().apply(ModelFolderFixture.in(folder)).open().close(),
                bad.words());
    }

    static Stream<Bad> compressedTensors() {
        return Stream.of(
                int8(
                        "another tool wrote it",
                        "\"compressed-tensors\"",
                        "\"bitsandbytes\"",
                        "quant_method",
                        "bitsandbytes"),
                int8("its weights are marlin's", "\"int-quantized\"", "\"marlin-24\"", "format", "marlin-24"),
                int8(
                        "a group has a format that is not read",
                        "{\"targets\"",
                        "{\"format\": \"nvfp4-pack-quantized\", \"targets\"",
                        "group_0.format",
                        "nvfp4"),
                int8(
                        "its groups have formats and do not say which",
                        "\"int-quantized\"",
                        "\"mixed-precision\"",
                        "format"),
                int8(
                        "it is not compressed",
                        "\"quantization_status\": \"compressed\"",
                        "\"quantization_status\": \"frozen\"",
                        "quantization_status"),
                int8("weights have 3 bits", "\"num_bits\": 8", "\"num_bits\": 3", "num_bits", "3"),
                int8(
                        "bytes of floats are called integers",
                        "\"type\": \"int\"",
                        "\"type\": \"float\"",
                        "format",
                        "float-quantized"),
                int8("its type is unknown", "\"type\": \"int\"", "\"type\": \"fp\"", "type"),
                int8("a strategy is unknown", "\"channel\"", "\"tensor_group\"", "strategy", "tensor_group"),
                int8("scales are made as the model runs", "\"dynamic\": false", "\"dynamic\": true", "dynamic"),
                int8("an order of columns is unknown", "\"actorder\": null", "\"actorder\": \"random\"", "actorder"),
                int8("rows have an order of columns", "\"actorder\": null", "\"actorder\": \"group\"", "actorder"),
                int8(
                        "weights have a field that nobody knows",
                        "\"observer\"",
                        "\"global_scale\": 3, \"observer\"",
                        "global_scale"),
                int8(
                        "weights are sparse",
                        "\"ignore\": []",
                        "\"sparsity_config\": {\"format\": \"sparse-24-bitmask\"}",
                        "sparsity_config"),
                int8(
                        "weights are rotated",
                        "\"ignore\": []",
                        "\"transform_config\": {\"config_groups\": {}}",
                        "transform_config"),
                int8(
                        "outputs are quantised",
                        "\"output_activations\": null",
                        "\"output_activations\": {\"num_bits\": 8}",
                        "output_activations"),
                outOfRange(
                        "a group has no size",
                        QuantizationFixture.PACKED,
                        "\"group_size\": 4",
                        "\"group_size\": null",
                        "group_size"),
                outOfRange(
                        "a group has no columns",
                        QuantizationFixture.PACKED,
                        "\"group_size\": 4",
                        "\"group_size\": 0",
                        "group_size"),
                change(
                        "packed weights share one scale",
                        QuantizationFixture.PACKED,
                        "\"group\"",
                        "\"tensor\"",
                        "strategy"),
                change(
                        "floats have zero points",
                        QuantizationFixture.FLOAT8,
                        "\"symmetric\": true",
                        "\"symmetric\": false",
                        "symmetric"),
                change(
                        "floats have 4 bits",
                        QuantizationFixture.FLOAT8,
                        "\"num_bits\": 8",
                        "\"num_bits\": 4",
                        "num_bits"),
                change("blocks have one number", QuantizationFixture.FLOAT8, "[4, 4]", "[4]", "block_structure"),
                outOfRange("blocks have no rows", QuantizationFixture.FLOAT8, "[4, 4]", "[0, 4]", "block_structure"),
                corrupt(
                        "B49 no group is named",
                        f -> f.json(
                                "quantization_config",
                                "{\"quant_method\": \"compressed-tensors\", \"format\": \"int-quantized\"}"),
                        "config_groups is missing"),
                unsupported(
                        "B49 no group has weights",
                        f -> f.json(
                                "quantization_config",
                                "{\"quant_method\": \"compressed-tensors\", \"format\": \"int-quantized\", \"config_groups\": {}}"),
                        "config_groups"),
                unsupported(
                        "B49 the key is that of old",
                        f -> f.json("compression_config", QuantizationFixture.INT8),
                        "compression_config"));
    }

    static Stream<Bad> gptq() {
        String good = QuantizationFixture.GPTQ;
        return Stream.of(
                change("GPTQ weights have 3 bits", good, "\"bits\": 4", "\"bits\": 3", "bits", "3"),
                change(
                        "GPTQ weights are marlin's",
                        good,
                        "\"checkpoint_format\": \"gptq\"",
                        "\"checkpoint_format\": \"marlin\"",
                        "checkpoint_format",
                        "marlin"),
                change(
                        "GPTQ weights are marlin's by a flag",
                        good,
                        "\"sym\"",
                        "\"is_marlin_format\": true, \"sym\"",
                        "is_marlin_format"),
                change("GPTQ words have 16 bits", good, "\"int32\"", "\"int16\"", "pack_dtype"),
                change("GPTQ groups have no columns", good, "\"group_size\": 4", "\"group_size\": 0", "group_size"),
                change(
                        "GPTQ modules differ",
                        good,
                        "\"sym\"",
                        "\"dynamic\": {\"+:.*down.*\": {\"bits\": 8}}, \"sym\"",
                        "dynamic",
                        "+:.*down.*"),
                change(
                        "GPTQ has an adapter of its own",
                        good,
                        "\"sym\"",
                        "\"adapter\": {\"rank\": 8}, \"sym\"",
                        "adapter"));
    }

    static Stream<Bad> awq() {
        String good = QuantizationFixture.AWQ;
        return Stream.of(
                change("AWQ weights have 8 bits", good, "\"bits\": 4", "\"bits\": 8", "bits", "8"),
                change(
                        "AWQ weights have no zero points",
                        good,
                        "\"zero_point\": true",
                        "\"zero_point\": false",
                        "zero_point"),
                change("AWQ weights are in another version", good, "\"gemm\"", "\"gemv_fast\"", "version", "gemv_fast"),
                change("AWQ weights are llm-awq's", good, "\"autoawq\"", "\"llm-awq\"", "backend", "llm-awq"));
    }

    static Stream<Bad> float8s() {
        String good = QuantizationFixture.BLOCKS;
        return Stream.of(
                change("an activation scheme is unknown", good, "\"dynamic\"", "\"other\"", "activation_scheme"),
                change("FP8 blocks have three numbers", good, "[4, 8]", "[4, 8, 1]", "weight_block_size"));
    }

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
        var fixture = with(
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
                QuantizationFixture.GPTQ,
                t -> transposed(t, 1, 8).add(MODULE + ".qzeros", "I32", new long[] {2, 1}, ints(0, 0xf000)),
                Fault.UNSUPPORTED,
                "m.qzeros",
                "less than 15",
                "gptq_v2");
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
        var fixture = with(
                QuantizationFixture.BLOCKS,
                t -> float8(t, ".weight_scale_inv", 2, 1)
                        .add(MODULE + ".weight", "F8_E4M3", new long[] {1, 2}, new byte[] {0x7f, 1}));
        try (Checkpoint checkpoint = fixture.open()) {
            assertRejected(Fault.CORRUPT, checkpoint::requireFinite, "m.weight", "1 values");
        }
    }

    @Test
    void notABiasOfZerosThatGptqAddedButAnother() {
        var fixture = with(QuantizationFixture.GPTQ, t -> transposed(t, 1, 8).filled(MODULE + ".bias", 0, 8));
        var other = with(QuantizationFixture.GPTQ, t -> transposed(t, 1, 8).filled(MODULE + ".bias", 1, 8));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.unusedNames()).doesNotContain(MODULE + ".bias");
        }
        try (Checkpoint checkpoint = other.open()) {
            assertThat(checkpoint.unusedNames()).contains(MODULE + ".bias");
        }
    }

    @Test
    void notAnIndexThatWasNeverSetWhichMeansNeighbours() {
        String byActivation =
                QuantizationFixture.PACKED.replace("\"num_bits\"", "\"actorder\": \"group\", \"num_bits\"");
        var fixture = with(
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
    void notScalesThatArePowersOfTwo() {
        var fixture = with(
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

    private void rejected(String config, Consumer<SafetensorsBytes> tensors, Fault fault, String... words) {
        try (Checkpoint checkpoint = with(config, tensors).open()) {
            assertRejected(fault, () -> checkpoint.matrix(MODULE + ".weight", 8, 8), words);
        }
    }

    private ModelFolderFixture with(String config, Consumer<SafetensorsBytes> tensors) {
        return ModelFolderFixture.in(folder).json("quantization_config", config).tensors(tensors);
    }

    private static Bad int8(String row, String good, String bad, String... words) {
        return change(row, QuantizationFixture.INT8, good, bad, words);
    }

    private static Bad change(String row, String config, String good, String bad, String... words) {
        return unsupported("B49 " + row, f -> f.json("quantization_config", replaced(config, good, bad)), words);
    }

    private static Bad outOfRange(String row, String config, String good, String bad, String... words) {
        return corrupt("B49 " + row, f -> f.json("quantization_config", replaced(config, good, bad)), words);
    }

    private static String replaced(String config, String good, String bad) {
        assertThat(config).contains(good);
        return config.replace(good, bad);
    }
}
