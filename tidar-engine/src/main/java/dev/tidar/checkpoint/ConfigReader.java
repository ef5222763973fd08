package dev.tidar.checkpoint;

import dev.tidar.checkpoint.ModelConfig.Positions;
import dev.tidar.checkpoint.ModelConfig.Sizes;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.HeadGeometry;
import java.util.List;

/**
 * Reads {@code config.json} in the spelling of transformers 4 and 5. A field that changes the computation and is not
 * supported is rejected, never ignored; defaults are those of the model classes in transformers.
 */
final class ConfigReader {

    private final JsonFields config;
    private final Overrides overrides;
    private final ModelFamily family;

    ConfigReader(JsonFields config, Overrides overrides) {
        this.config = config;
        this.overrides = overrides;
        this.family = ModelFamily.of(config);
    }

    ModelConfig read() {
        rejectOtherNetworks();
        QuantizationRule.check(config);
        Sizes sizes = new Sizes(
                size("hidden_size"), size("intermediate_size"), size("num_hidden_layers"), size("vocab_size"));
        Positions positions = new Positions(new RopeReader(config).theta(), size("max_position_embeddings"));
        rejectSlidingWindow(sizes.layers(), contextLength(positions.max()));
        return new ModelConfig(
                family,
                sizes,
                heads(sizes.hidden()),
                positions,
                (float) config.number("rms_norm_eps").orElseThrow(() -> config.missing("rms_norm_eps")),
                config.isTrue("tie_word_embeddings"),
                new TidarReader(config, overrides).read(sizes.vocab()));
    }

    private int size(String key) {
        return config.requiredInteger(key, 1, Integer.MAX_VALUE);
    }

    private HeadGeometry heads(int hiddenSize) {
        int numHeads = size("num_attention_heads");
        boolean multiHead = family == ModelFamily.LLAMA && !config.has("num_key_value_heads");
        int numKvHeads = multiHead ? numHeads : size("num_key_value_heads");
        if (config.has("head_dim")) {
            return new HeadGeometry(numHeads, numKvHeads, size("head_dim"));
        }
        if (hiddenSize % numHeads != 0) {
            throw config.errors()
                    .wrong(
                            "hidden_size (%d) must be a multiple of num_attention_heads (%d) where head_dim is missing",
                            hiddenSize, numHeads);
        }
        return new HeadGeometry(numHeads, numKvHeads, hiddenSize / numHeads);
    }

    private int contextLength(int maxPositions) {
        int wanted = overrides.contextLength().orElse(maxPositions);
        if (wanted > maxPositions) {
            throw config.errors()
                    .contradicted(
                            "context length must be at most max_position_embeddings (%d), but is %d",
                            maxPositions, wanted);
        }
        return wanted;
    }

    private void rejectOtherNetworks() {
        if (config.has("hidden_act") && !config.shown("hidden_act").equals("\"silu\"")) {
            throw config.unsupported("hidden_act", "silu");
        }
        if (family != ModelFamily.QWEN2 && config.isTrue("attention_bias")) {
            throw config.unsupported("attention_bias", "false for model_type " + family.modelType());
        }
        if (config.isTrue("mlp_bias")) {
            throw config.unsupported("mlp_bias", "false");
        }
    }

    /** A window only matters if it is switched on and shorter than the context in use. */
    private void rejectSlidingWindow(int numLayers, int contextLength) {
        int window = config.integer("sliding_window", 1, Integer.MAX_VALUE).orElse(Integer.MAX_VALUE);
        boolean switchedOn = config.flag("use_sliding_window").orElse(family == ModelFamily.LLAMA);
        boolean reachesLayers =
                config.integer("max_window_layers", 0, Integer.MAX_VALUE).orElse(0) < numLayers;
        if (window < contextLength && switchedOn && reachesLayers) {
            throw config.unsupported(
                    "sliding_window",
                    "null or at least the context length of %d (or use_sliding_window false)".formatted(contextLength));
        }
        for (String type : config.strings("layer_types").orElse(List.of())) {
            boolean harmless =
                    type.equals("full_attention") || (type.equals("sliding_attention") && window >= contextLength);
            if (!harmless) {
                throw config.unsupported("layer_types", "full_attention for every layer");
            }
        }
    }
}
