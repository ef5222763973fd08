package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.Bad.corrupt;
import static dev.tidar.checkpoint.Bad.unsupported;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A quantised folder is rejected because its quantization_config says that")
class QuantizationConfigTest {

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
                        "\"quantization_status\": \"calibration\"",
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
                change(
                        "blocks are words",
                        QuantizationFixture.FLOAT8,
                        "[4, 4]",
                        "\"4 by 4\"",
                        "block_structure",
                        "4 by 4"),
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
