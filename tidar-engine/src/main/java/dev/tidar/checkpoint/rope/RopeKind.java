package dev.tidar.checkpoint.rope;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kinds of RoPE: each changes the inverse frequencies of plain RoPE, so that positions beyond those of the training
 * mean something. The formulas, and the order of their float operations, are those of transformers.
 */
enum RopeKind {
    DEFAULT(List.of("default"), Set.of(), (inverse, field) -> new Turned(inverse, 1)),
    LINEAR(List.of("linear"), Set.of("factor"), RopeKind::linear),
    LLAMA3(
            List.of("llama3"),
            Set.of("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
            RopeKind::llama3),
    YARN(
            List.of("yarn"),
            Set.of(
                    "factor",
                    "original_max_position_embeddings",
                    "max_position_embeddings",
                    "attention_factor",
                    "beta_fast",
                    "beta_slow",
                    "mscale",
                    "mscale_all_dim",
                    "truncate"),
            Yarn::of),
    LONGROPE(
            List.of("longrope", "su"),
            Set.of("factor", "short_factor", "long_factor", "attention_factor", "original_max_position_embeddings"),
            RopeKind::longRope);

    private final List<String> names;
    private final Set<String> keys;
    private final BiFunction<float[], RopeField, Turned> change;

    RopeKind(List<String> names, Set<String> keys, BiFunction<float[], RopeField, Turned> change) {
        this.names = names;
        this.keys = keys;
        this.change = change;
    }

    /**
     * The frequencies of a kind.
     *
     * @param inverseFrequencies of each rotated pair
     * @param factor of cosines and sines
     */
    record Turned(float[] inverseFrequencies, float factor) {}

    static Optional<RopeKind> named(String name) {
        return Arrays.stream(values()).filter(kind -> kind.names.contains(name)).findFirst();
    }

    static String allNames() {
        return Arrays.stream(values()).flatMap(kind -> kind.names.stream()).collect(Collectors.joining(", "));
    }

    /** Whether a setting of this name means something to this kind. */
    boolean knows(String key) {
        return Stream.concat(keys.stream(), Stream.of("rope_type", "type", "rope_theta", "partial_rotary_factor"))
                .anyMatch(key::equals);
    }

    /** Changes the inverse frequencies of plain RoPE. */
    Turned turn(float[] inverseFrequencies, RopeField field) {
        return change.apply(inverseFrequencies, field);
    }

    /** Position interpolation (arXiv 2306.15595): all positions are divided by the factor. */
    private static Turned linear(float[] inverse, RopeField field) {
        float factor = (float) field.factor("factor");
        float[] changed = inverse.clone();
        for (int i = 0; i < changed.length; i++) {
            changed[i] /= factor;
        }
        return new Turned(changed, 1);
    }

    /** Llama 3.1: long waves are stretched by the factor, short ones kept, and those between by both. */
    private static Turned llama3(float[] inverse, RopeField field) {
        float factor = (float) field.factor("factor");
        double low = field.factor("low_freq_factor");
        double high = field.factor("high_freq_factor");
        double original = field.original();
        if (high <= low) {
            throw field.rope().errors().wrong("high_freq_factor (%s) must be above low_freq_factor (%s)", high, low);
        }
        float[] changed = inverse.clone();
        for (int i = 0; i < changed.length; i++) {
            double wave = 2 * Math.PI / inverse[i];
            if (wave > original / low) {
                changed[i] = inverse[i] / factor;
            } else if (wave >= original / high) {
                float smooth = (float) ((original / wave - low) / (high - low));
                changed[i] = (1 - smooth) * inverse[i] / factor + smooth * inverse[i];
            }
        }
        return new Turned(changed, 1);
    }

    /**
     * LongRoPE (arXiv 2402.13753): a factor for each pair, from one list for contexts up to the original length and
     * from another for longer ones. The list is chosen once, by the context length in use: keys in the cache would be
     * wrong after a change.
     */
    private static Turned longRope(float[] inverse, RopeField field) {
        int original = field.original();
        float[] factors = field.factors(field.context() > original ? "long_factor" : "short_factor");
        float[] changed = new float[inverse.length];
        for (int i = 0; i < changed.length; i++) {
            changed[i] = 1 / (factors[i] * (1 / inverse[i]));
        }
        double stretch = field.factor("factor", (double) field.maxPositions() / original);
        double attention = stretch <= 1 || original <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original));
        return new Turned(changed, (float) field.factor("attention_factor", attention));
    }
}
