package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;

/**
 * The linear layers of a block that add a bias.
 *
 * @param qkv query, key and value heads
 * @param output attention back to the residual stream
 * @param mlp all three layers of the MLP
 */
public record Biases(boolean qkv, boolean output, boolean mlp) {

    static final Biases NONE = new Biases(false, false, false);

    /** The biases that {@code attention_bias} and {@code mlp_bias} ask for. */
    static Biases declared(JsonFields config) {
        boolean attention = config.isTrue("attention_bias");
        return new Biases(attention, attention, config.isTrue("mlp_bias"));
    }
}
