package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;

/** Granite 3: Llama with constant factors of embedding, residual additions, scores and logits. */
final class Granite implements Family {

    @Override
    public String modelType() {
        return "granite";
    }

    @Override
    public String architecture() {
        return "GraniteForCausalLM";
    }

    @Override
    public Multipliers multipliers(JsonFields config, int headDim) {
        return new Multipliers(
                factor(config, "embedding_multiplier"),
                factor(config, "residual_multiplier"),
                (float) (factor(config, "attention_multiplier") * Math.sqrt(headDim)),
                factor(config, "logits_scaling"));
    }

    private static float factor(JsonFields config, String key) {
        double value = config.number(key).orElse(1);
        if (value < 1e-6 || value > 1e6) {
            throw config.errors().wrong("%s must be from 1e-6 to 1e6, but is %s", key, value);
        }
        return (float) value;
    }
}
