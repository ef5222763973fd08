package dev.tidar.checkpoint.rope;

import dev.tidar.json.JsonFields;
import java.util.List;

/**
 * The settings of one kind of RoPE.
 *
 * @param config all of config.json
 * @param rope the object with the kind's own settings
 * @param theta base of the frequencies
 * @param width elements of a head that rotate
 * @param maxPositions {@code max_position_embeddings}
 * @param context tokens that will be used at most
 */
record RopeField(JsonFields config, JsonFields rope, double theta, int width, int maxPositions, int context) {

    private static final String ORIGINAL = "original_max_position_embeddings";

    /** A factor that must be there. */
    double factor(String key) {
        return positive(key, rope.number(key).orElseThrow(() -> rope.missing(key)));
    }

    double factor(String key, double otherwise) {
        return positive(key, rope.number(key).orElse(otherwise));
    }

    private double positive(String key, double value) {
        if (!(value > 0) || value > 1e9) {
            throw rope.errors().wrong("%s must be above 0 and at most 1e9, but is %s", rope.prefix() + key, value);
        }
        return value;
    }

    /** The context length of the training; beside the object it takes precedence, as in transformers. */
    int original() {
        int max = Integer.MAX_VALUE;
        return config.integer(ORIGINAL, 1, max)
                .orElseGet(() -> rope.integer(ORIGINAL, 1, max).orElse(maxPositions));
    }

    /** One factor for each rotated pair. */
    float[] factors(String key) {
        List<Double> values = rope.numbers(key).orElseThrow(() -> rope.missing(key));
        if (values.size() != width / 2) {
            throw rope.errors()
                    .wrong(
                            "%s must have a factor for each of %d rotated pairs, but has %d",
                            rope.prefix() + key, width / 2, values.size());
        }
        float[] factors = new float[values.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) positive(key, values.get(i));
        }
        return factors;
    }
}
