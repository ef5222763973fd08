package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;

/**
 * The text network of Ministral 3: Mistral with heads that are narrower than the residual stream, YaRN, and queries
 * that are scaled by their position beyond the original context, as in Llama 4.
 */
final class Ministral3 implements Family {

    static final RopeTraits ROPE = new RopeTraits(false, true);

    @Override
    public String modelType() {
        return "ministral3";
    }

    @Override
    public String architecture() {
        return "Ministral3ForCausalLM";
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
        return ROPE;
    }

    @Override
    public void requireSupported(JsonFields config) {
        requireRopeParameters(config);
    }

    /** Fails if config.json has no {@code rope_parameters}: this network cannot do without. */
    static void requireRopeParameters(JsonFields config) {
        if (!config.has("rope_parameters")) {
            throw config.missing("rope_parameters");
        }
    }
}
