package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.Set;

/**
 * Checks that a quantized model has the only layout that is supported: compressed-tensors {@code int-quantized} with
 * symmetric int8 weights and one scale for each output row. Everything else that {@code quantization_config} can
 * request is rejected, and the error names it.
 */
final class QuantizationRule {

    private static final Set<String> WEIGHT_KEYS_WITHOUT_EFFECT = Set.of(
            "observer", "observer_kwargs", "num_bits", "type", "symmetric", "strategy", "scale_dtype", "zp_dtype");

    private QuantizationRule() {}

    static void check(JsonFields config) {
        config.object("quantization_config").ifPresent(QuantizationRule::checkConfig);
    }

    private static void checkConfig(JsonFields quantization) {
        requireString(quantization, "quant_method", "compressed-tensors");
        requireString(quantization, "format", "int-quantized");
        if (quantization.has("quantization_status")) {
            requireString(quantization, "quantization_status", "compressed");
        }
        for (String key : new String[] {"kv_cache_scheme", "sparsity_config", "transform_config"}) {
            requireNothing(quantization, key);
        }
        JsonFields groups =
                quantization.object("config_groups").orElseThrow(() -> quantization.missing("config_groups"));
        for (String name : groups.names()) {
            checkGroup(groups.object(name).orElseThrow(() -> groups.missing(name)));
        }
    }

    private static void checkGroup(JsonFields group) {
        requireNothing(group, "input_activations");
        requireNothing(group, "output_activations");
        if (group.has("format")) {
            requireString(group, "format", "int-quantized");
        }
        JsonFields weights = group.object("weights").orElseThrow(() -> group.missing("weights"));
        requireString(weights, "type", "int");
        requireString(weights, "strategy", "channel");
        if (weights.requiredInteger("num_bits", 1, 64) != 8) {
            throw weights.unsupported("num_bits", "8");
        }
        if (!weights.flag("symmetric").orElse(true)) {
            throw weights.unsupported("symmetric", "true");
        }
        for (String name : weights.names()) {
            if (!WEIGHT_KEYS_WITHOUT_EFFECT.contains(name)) {
                requireNothing(weights, name);
            }
        }
    }

    private static void requireString(JsonFields fields, String key, String allowed) {
        if (!fields.string(key).orElseThrow(() -> fields.missing(key)).equals(allowed)) {
            throw fields.unsupported(key, allowed);
        }
    }

    private static void requireNothing(JsonFields fields, String key) {
        if (!fields.isUnset(key)) {
            throw fields.unsupported(key, "null or absent");
        }
    }
}
