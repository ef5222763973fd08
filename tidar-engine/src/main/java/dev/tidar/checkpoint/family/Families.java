package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The families that can be loaded. */
public final class Families {

    private static final List<Family> KNOWN = List.of(
            new Llama(),
            new Qwen2(),
            new Qwen3(),
            new SmolLm3(),
            new Mistral(),
            new Ministral3(),
            new NemotronLabsDiffusion(),
            new Phi3(),
            new Granite());

    /** Fields that count experts; a network without any has none of them, or 0 or 1. */
    private static final List<String> EXPERTS =
            List.of("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "num_experts_per_tok");

    private Families() {}

    /** Returns the family that {@code model_type} and {@code architectures} agree on. */
    public static Family of(JsonFields config) {
        String type = config.string("model_type").orElseThrow(() -> config.missing("model_type"));
        rejectExperts(config, type);
        Family family = named(type).orElseThrow(() -> config.unsupported("model_type", "one of " + supported()));
        List<String> architectures = config.strings("architectures").orElse(List.of(family.architecture()));
        if (!architectures.equals(List.of(family.architecture()))) {
            throw config.unsupported("architectures", "[%s] for model_type %s".formatted(family.architecture(), type));
        }
        family.requireSupported(config);
        return family;
    }

    /** Returns the family of this name. */
    public static Optional<Family> named(String modelType) {
        return KNOWN.stream()
                .filter(known -> known.modelType().equals(modelType))
                .findFirst();
    }

    private static void rejectExperts(JsonFields config, String type) {
        String name = type.toLowerCase(Locale.ROOT);
        boolean named = name.contains("moe") || name.startsWith("mixtral") || name.startsWith("zaya");
        for (String key : EXPERTS) {
            if (config.number(key).orElse(0) > 1) {
                throw config.errors()
                        .unsupported(
                                "model_type %s with %s %s is a mixture of experts, which is not supported; use a model"
                                        + " without experts",
                                type, key, config.shown(key));
            }
        }
        if (named) {
            throw config.errors()
                    .unsupported(
                            "model_type %s is a mixture of experts, which is not supported; use a model without experts",
                            type);
        }
    }

    private static List<String> supported() {
        return KNOWN.stream().map(Family::modelType).toList();
    }
}
