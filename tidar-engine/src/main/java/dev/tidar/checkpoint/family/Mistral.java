package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;

/**
 * Mistral 7B, Mistral Nemo and Mistral Small: Llama whose layers all have the window of {@code sliding_window}, which
 * version 0.1 of the 7B model has and later ones have not.
 */
final class Mistral implements Family {

    @Override
    public String modelType() {
        return "mistral";
    }

    @Override
    public String architecture() {
        return "MistralForCausalLM";
    }

    @Override
    public Biases biases(JsonFields config) {
        return Biases.NONE;
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        return everyLayer(config, layers);
    }

    /** One window for all layers, unless {@code layer_types} says otherwise. */
    static List<LayerKind> everyLayer(JsonFields config, int layers) {
        return LayerKinds.of(config, layers, true, layer -> true, layer -> true);
    }
}
