package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.Arrays;
import java.util.List;

/** Network shapes that can be loaded: pre-norm decoders with RoPE, grouped-query attention and SwiGLU. */
public enum ModelFamily {
    /** Llama 2 and 3, SmolLM2: no biases, no norms of heads. */
    LLAMA("llama", "LlamaForCausalLM"),
    /** Qwen2 and Qwen2.5: q, k and v have biases. */
    QWEN2("qwen2", "Qwen2ForCausalLM"),
    /** Qwen3: each query and key head is normalised. */
    QWEN3("qwen3", "Qwen3ForCausalLM");

    private final String modelType;
    private final String architecture;

    ModelFamily(String modelType, String architecture) {
        this.modelType = modelType;
        this.architecture = architecture;
    }

    /** The family's name, {@code model_type} in config.json. */
    public String modelType() {
        return modelType;
    }

    /** The family that {@code model_type} and {@code architectures} agree on. */
    static ModelFamily of(JsonFields config) {
        String type = config.string("model_type").orElseThrow(() -> config.missing("model_type"));
        ModelFamily family = Arrays.stream(values())
                .filter(known -> known.modelType.equals(type))
                .findFirst()
                .orElseThrow(() -> config.unsupported("model_type", "one of " + supported()));
        List<String> architectures = config.strings("architectures").orElse(List.of(family.architecture));
        if (!architectures.equals(List.of(family.architecture))) {
            throw config.unsupported("architectures", "[%s] for model_type %s".formatted(family.architecture, type));
        }
        return family;
    }

    private static List<String> supported() {
        return Arrays.stream(values()).map(ModelFamily::modelType).toList();
    }
}
