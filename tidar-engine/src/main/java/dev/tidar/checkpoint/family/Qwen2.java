package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;

/** Qwen2 and Qwen2.5: Llama with biases of queries, keys and values, and windows from one of its layers on. */
final class Qwen2 implements Family {

    /** The default of the model class in transformers. */
    private static final int DEFAULT_FULL_LAYERS = 28;

    @Override
    public String modelType() {
        return "qwen2";
    }

    @Override
    public String architecture() {
        return "Qwen2ForCausalLM";
    }

    @Override
    public Biases biases(JsonFields config) {
        return new Biases(true, false, false);
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        return switched(config, layers);
    }

    /** The rule of Qwen: the layers from {@code max_window_layers} on, where {@code use_sliding_window} is set. */
    static List<LayerKind> switched(JsonFields config, int layers) {
        int first = config.integer("max_window_layers", 0, Integer.MAX_VALUE).orElse(DEFAULT_FULL_LAYERS);
        return LayerKinds.of(
                config, layers, config.isTrue("use_sliding_window"), layer -> layer >= first, layer -> true);
    }

    @Override
    public Defaults defaults() {
        return Defaults.QWEN;
    }
}
