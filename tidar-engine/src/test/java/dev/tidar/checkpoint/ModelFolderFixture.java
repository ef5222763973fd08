package dev.tidar.checkpoint;

import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** A tiny good model folder of the llama shape, to be changed in one respect and written. */
final class ModelFolderFixture {

    static final int HIDDEN = 8;
    static final int INTERMEDIATE = 12;
    static final int VOCAB = 16;
    static final int MASK = 15;
    static final int STOP = 2;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;
    private final Map<String, Object> config = new LinkedHashMap<>();
    private Optional<String> configText = Optional.empty();
    private Optional<String> generationText = Optional.empty();
    private final SafetensorsBytes tensors = new SafetensorsBytes();

    private ModelFolderFixture(Path folder) {
        this.folder = folder;
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("hidden_act", "silu");
        config.put("hidden_size", HIDDEN);
        config.put("intermediate_size", INTERMEDIATE);
        config.put("num_hidden_layers", 1);
        config.put("num_attention_heads", 2);
        config.put("num_key_value_heads", 1);
        config.put("head_dim", 4);
        config.put("vocab_size", VOCAB);
        config.put("max_position_embeddings", 64);
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("tie_word_embeddings", true);
        config.put("eos_token_id", STOP);
        config.put("mask_token_id", MASK);
        config.put("block_size", 8);
        config.put("torch_dtype", "float32");
        String layer = "model.layers.0.";
        tensors.filled("model.embed_tokens.weight", 0.5f, VOCAB, HIDDEN)
                .filled(layer + "input_layernorm.weight", 1, HIDDEN)
                .filled(layer + "self_attn.q_proj.weight", 0.25f, HIDDEN, HIDDEN)
                .filled(layer + "self_attn.k_proj.weight", 0.25f, 4, HIDDEN)
                .filled(layer + "self_attn.v_proj.weight", 0.25f, 4, HIDDEN)
                .filled(layer + "self_attn.o_proj.weight", 0.25f, HIDDEN, HIDDEN)
                .filled(layer + "post_attention_layernorm.weight", 1, HIDDEN)
                .filled(layer + "mlp.gate_proj.weight", 0.125f, INTERMEDIATE, HIDDEN)
                .filled(layer + "mlp.up_proj.weight", 0.125f, INTERMEDIATE, HIDDEN)
                .filled(layer + "mlp.down_proj.weight", 0.125f, HIDDEN, INTERMEDIATE)
                .filled("model.norm.weight", 1, HIDDEN);
    }

    static ModelFolderFixture in(Path folder) {
        return new ModelFolderFixture(folder);
    }

    ModelFolderFixture set(String key, Object value) {
        config.put(key, value);
        return this;
    }

    /** A key whose value is JSON as written here. */
    ModelFolderFixture json(String key, String value) {
        return set(key, JSON.readTree(value));
    }

    ModelFolderFixture without(String... keys) {
        List.of(keys).forEach(config::remove);
        return this;
    }

    ModelFolderFixture family(String modelType, String architecture) {
        return set("model_type", modelType).set("architectures", List.of(architecture));
    }

    ModelFolderFixture configText(String text) {
        configText = Optional.of(text);
        return this;
    }

    ModelFolderFixture generation(String json) {
        generationText = Optional.of(json);
        return this;
    }

    ModelFolderFixture tensors(Consumer<SafetensorsBytes> change) {
        change.accept(tensors);
        return this;
    }

    /** The folder with everything in it but the weights. */
    Path writeWithoutWeights() {
        writeText("config.json", configText.orElseGet(() -> JSON.writeValueAsString(config)));
        generationText.ifPresent(text -> writeText("generation_config.json", text));
        return folder;
    }

    Path write() {
        writeWithoutWeights();
        tensors.write(folder.resolve("model.safetensors"));
        return folder;
    }

    /** Opens what was written, with nothing said besides config.json. */
    Checkpoint open() {
        return open(Overrides.none());
    }

    Checkpoint open(Overrides overrides) {
        return Checkpoint.open(write(), overrides);
    }

    void writeText(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Overrides maskAndBlock(int maskTokenId, int blockSize) {
        return new Overrides(OptionalInt.of(maskTokenId), OptionalInt.of(blockSize), OptionalInt.empty(), false);
    }
}
