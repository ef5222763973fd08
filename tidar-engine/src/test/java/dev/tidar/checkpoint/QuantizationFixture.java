package dev.tidar.checkpoint;

/** The {@code quantization_config} of an int8 model, as compressed-tensors writes it. */
final class QuantizationFixture {

    static final String INT8 = """
            {"quant_method": "compressed-tensors", "format": "int-quantized", "quantization_status": "compressed",
             "ignore": [], "kv_cache_scheme": null,
             "config_groups": {"group_0": {"targets": ["Linear"], "input_activations": null, "output_activations": null,
               "weights": {"num_bits": 8, "type": "int", "symmetric": true, "strategy": "channel", "group_size": null,
                 "dynamic": false, "actorder": null, "observer": "minmax"}}}}""";

    private QuantizationFixture() {}
}
