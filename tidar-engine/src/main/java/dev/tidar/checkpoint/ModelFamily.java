package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.Arrays;
import java.util.List;

/** The model architectures that can be loaded: pre-norm decoders with RoPE, grouped-query attention and SwiGLU. */
public enum ModelFamily {
    /** Llama 2, Llama 3 and SmolLM2, which have no biases and do not normalise heads. */
    LLAMA("llama", "LlamaForCausalLM"),
    /** Qwen2 and Qwen2.5, whose q, k and v have biases. */
    QWEN2("qwen2", "Qwen2ForCausalLM"),
    /** Qwen3, which normalises each query and key head. */
    QWEN3("qwen3", "Qwen3ForCausalLM");

    private final String modelType;
    private final String architecture;

    ModelFamily(String modelType, String architecture) {
        this.modelType = modelType;
        this.architecture = architecture;
    }

    /** Returns the family's name, {@code model_type} in config.json. */
    public String modelType() {
        return modelType;
    }

    /** Returns the family that {@code model_type} and {@code architectures} agree on. */
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
