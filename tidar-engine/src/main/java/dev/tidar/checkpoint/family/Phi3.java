package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Optional;

/**
 * Phi-3, Phi-3.5 and Phi-4-mini: Llama with fused matrices, a window for all layers in some of them, LongRoPE, and in
 * Phi-4-mini a rotation of three quarters of each head.
 */
final class Phi3 implements Family {

    @Override
    public String modelType() {
        return "phi3";
    }

    @Override
    public String architecture() {
        return "Phi3ForCausalLM";
    }

    @Override
    public TensorNames names() {
        return new TensorNames("model.", "lm_head.weight", Optional.of("qkv_proj"), Optional.of("gate_up_proj"));
    }

    @Override
    public Biases biases(JsonFields config) {
        return Biases.NONE;
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        return Mistral.everyLayer(config, layers);
    }

    @Override
    public RopeTraits rope() {
        return new RopeTraits(true, false);
    }
}
