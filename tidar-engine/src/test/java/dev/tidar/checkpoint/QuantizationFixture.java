package dev.tidar.checkpoint;

import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Good {@code quantization_config}s, as the formats' own tools write them, and tensors of one module to go with them.
 */
final class QuantizationFixture {

    static final String INT8 = """
            {"quant_method": "compressed-tensors", "format": "int-quantized", "quantization_status": "compressed",
             "ignore": [], "kv_cache_scheme": null,
             "config_groups": {"group_0": {"targets": ["Linear"], "input_activations": null, "output_activations": null,
               "weights": {"num_bits": 8, "type": "int", "symmetric": true, "strategy": "channel", "group_size": null,
                 "dynamic": false, "actorder": null, "observer": "minmax"}}}}""";

    static final String PACKED = """
            {"quant_method": "compressed-tensors", "format": "pack-quantized",
             "config_groups": {"group_0": {"targets": ["Linear"],
               "weights": {"num_bits": 4, "type": "int", "symmetric": true, "strategy": "group", "group_size": 4}}}}""";

    static final String FLOAT8 = """
            {"quant_method": "compressed-tensors", "format": "float-quantized",
             "config_groups": {"group_0": {"targets": ["Linear"],
               "weights": {"num_bits": 8, "type": "float", "symmetric": true, "strategy": "block",
                 "block_structure": [4, 4]}}}}""";

    static final String BLOCKS = """
            {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [4, 8]}""";

    static final String GPTQ = """
            {"quant_method": "gptq", "bits": 4, "group_size": 4, "desc_act": false, "sym": true,
             "checkpoint_format": "gptq", "pack_dtype": "int32"}""";

    static final String AWQ = """
            {"quant_method": "awq", "bits": 4, "group_size": 4, "zero_point": true, "version": "gemm",
             "backend": "autoawq"}""";

    /** The module whose tensors the methods below write, a matrix of 8 rows and 8 columns. */
    static final String MODULE = "m";

    private QuantizationFixture() {}

    /** The folder of a model, with a {@code quantization_config} and tensors beside its own. */
    static ModelFolderFixture quantized(Path folder, String config, Consumer<SafetensorsBytes> tensors) {
        return ModelFolderFixture.in(folder).json("quantization_config", config).tensors(tensors);
    }

    static SafetensorsBytes packed(SafetensorsBytes tensors) {
        return tensors.add(MODULE + ".weight_packed", "I32", new long[] {8, 1}, new byte[32])
                .filled(MODULE + ".weight_scale", 1, 8, 2)
                .add(MODULE + ".weight_shape", "I64", new long[] {2}, longs(8, 8));
    }

    /** Zero points of 8, as GPTQ stores those of symmetric models. */
    static SafetensorsBytes transposed(SafetensorsBytes tensors, long... shape) {
        return tensors.add(MODULE + ".qweight", "I32", shape, new byte[32])
                .add(MODULE + ".qzeros", "I32", new long[] {2, 1}, ints(0x77777777, 0x77777777))
                .filled(MODULE + ".scales", 1, 2, 8);
    }

    static SafetensorsBytes float8(SafetensorsBytes tensors, String scale, long... shape) {
        return tensors.add(MODULE + ".weight", "F8_E4M3", new long[] {8, 8}, new byte[64])
                .filled(MODULE + scale, 1, shape);
    }

    static byte[] longs(long... values) {
        return little(Long.BYTES, values);
    }

    static byte[] ints(long... values) {
        return little(Integer.BYTES, values);
    }

    private static byte[] little(int size, long... values) {
        byte[] bytes = new byte[size * values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i / size] >>> i % size * Byte.SIZE);
        }
        return bytes;
    }
}
