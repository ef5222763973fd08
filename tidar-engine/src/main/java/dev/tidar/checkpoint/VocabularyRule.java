package dev.tidar.checkpoint;

import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares config.json with the embedding and the output head: the embedding must have {@code vocab_size} rows, padding
 * rows included, and the declared type; the head must be tied or present, as declared.
 */
final class VocabularyRule {

    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String HEAD = "lm_head.weight";

    private static final Map<String, ElementType> DECLARED =
            Map.of("float32", ElementType.F32, "float16", ElementType.F16, "bfloat16", ElementType.BF16);

    private final Path file;
    private final JsonFields json;
    private final ModelConfig config;
    private final TensorSet tensors;

    /** @param file config.json */
    VocabularyRule(Path file, JsonFields json, ModelConfig config, TensorSet tensors) {
        this.file = file;
        this.json = json;
        this.config = config;
        this.tensors = tensors;
    }

    void check() {
        TensorEntry embedding = tensors.entry(EMBEDDING);
        if (embedding.shape().isEmpty() || embedding.shape().get(0) != config.vocabSize()) {
            throw json.errors()
                    .wrong(
                            "vocab_size must equal the rows of %s, but is %d, and the shape is %s",
                            EMBEDDING, config.vocabSize(), embedding.shape());
        }
        checkType(embedding);
        checkHead();
    }

    private void checkHead() {
        if (!config.tiedHead() && !tensors.has(HEAD)) {
            throw Problem.incomplete(
                    file,
                    "tensor %s is missing and tie_word_embeddings is %s; a model without a head must set it to true",
                    HEAD,
                    json.shown("tie_word_embeddings"));
        }
        if (config.tiedHead() && tensors.has(HEAD) && !isCopy()) {
            throw json.errors()
                    .wrong("tie_word_embeddings is true, but %s is there and differs from %s", HEAD, EMBEDDING);
        }
    }

    private boolean isCopy() {
        boolean scaled = tensors.has(EMBEDDING + TensorSet.SCALE);
        return tensors.same(EMBEDDING, HEAD)
                && scaled == tensors.has(HEAD + TensorSet.SCALE)
                && (!scaled || tensors.same(EMBEDDING + TensorSet.SCALE, HEAD + TensorSet.SCALE));
    }

    /** Quantized tensors have another type by design; the declared type is that of the remaining tensors. */
    private void checkType(TensorEntry embedding) {
        for (String key : List.of("torch_dtype", "dtype")) {
            Optional<String> declared = json.string(key);
            if (declared.isEmpty()) {
                continue;
            }
            ElementType type = DECLARED.get(declared.get());
            if (type == null) {
                throw json.unsupported(key, "float32, float16 or bfloat16");
            }
            boolean isFloat = DECLARED.containsValue(embedding.type());
            if (isFloat && embedding.type() != type) {
                throw json.errors()
                        .wrong("%s is %s, but tensor %s is %s", key, declared.get(), EMBEDDING, embedding.type());
            }
        }
    }
}
