package dev.tidar.checkpoint;

import dev.tidar.checkpoint.ModelConfig.Blocks;
import dev.tidar.checkpoint.ModelConfig.Positions;
import dev.tidar.checkpoint.ModelConfig.Sizes;
import dev.tidar.checkpoint.family.Families;
import dev.tidar.checkpoint.family.Family;
import dev.tidar.checkpoint.family.Multipliers;
import dev.tidar.checkpoint.rope.RopeReader;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.HeadGeometry;
import java.util.Optional;

/**
 * Reads {@code config.json} in the spelling of transformers 4 and 5. A field that changes the computation and is not
 * supported is rejected, never ignored; defaults are those of the model classes in transformers.
 */
final class ConfigReader {

    private final JsonFields config;
    private final Overrides overrides;
    private final Family family;

    ConfigReader(JsonFields config, Overrides overrides) {
        this.config = config;
        this.overrides = overrides;
        this.family = Families.of(config);
    }

    /** @param tidar mask token and draft block, as {@link TidarReader} reads them */
    ModelConfig read(Optional<TidarConfig> tidar) {
        if (config.has("hidden_act") && !config.shown("hidden_act").equals("\"silu\"")) {
            throw config.unsupported("hidden_act", "silu");
        }
        Sizes sizes = new Sizes(size("hidden_size"), size("intermediate_size"), layers(), vocabSize());
        HeadGeometry heads = heads(sizes.hidden());
        int maxPositions = size("max_position_embeddings");
        int context = contextLength(maxPositions);
        Multipliers multipliers = family.multipliers(config, heads.headDim());
        Blocks blocks = new Blocks(family.biases(config), family.layers(config, sizes.layers(), context), multipliers);
        return new ModelConfig(
                family,
                sizes,
                heads,
                new Positions(
                        new RopeReader(config, family)
                                .read(heads.headDim(), maxPositions, context, multipliers.score()),
                        maxPositions),
                blocks,
                (float) config.number("rms_norm_eps").orElseThrow(() -> config.missing("rms_norm_eps")),
                config.flag("tie_word_embeddings").orElse(family.defaults().tiedHead()),
                tidar);
    }

    /** The rows of the embedding. */
    int vocabSize() {
        return size("vocab_size");
    }

    /** Checked before the layers are listed, so that a file cannot ask for a list without end. */
    private int layers() {
        return config.requiredInteger("num_hidden_layers", 1, ModelConfig.MAX_LAYERS);
    }

    private int size(String key) {
        return config.requiredInteger(key, 1, Integer.MAX_VALUE);
    }

    private HeadGeometry heads(int hiddenSize) {
        int numHeads = size("num_attention_heads");
        boolean multiHead = family.defaults().multiHead() && !config.has("num_key_value_heads");
        int numKvHeads = multiHead ? numHeads : size("num_key_value_heads");
        HeadGeometry heads = new HeadGeometry(numHeads, numKvHeads, headDim(hiddenSize, numHeads));
        ModelConfig.requireHeads(heads);
        return heads;
    }

    private int headDim(int hiddenSize, int numHeads) {
        if (config.has("head_dim")) {
            return size("head_dim");
        }
        if (hiddenSize % numHeads != 0) {
            throw config.errors()
                    .wrong(
                            "hidden_size (%d) must be a multiple of num_attention_heads (%d) where head_dim is missing",
                            hiddenSize, numHeads);
        }
        return hiddenSize / numHeads;
    }

    private int contextLength(int maxPositions) {
        int wanted = overrides.contextLength().orElse(maxPositions);
        if (wanted > maxPositions) {
            throw config.errors()
                    .contradicted(
                            "context length must be at most max_position_embeddings (%d), but is %d",
                            maxPositions, wanted);
        }
        return wanted;
    }
}
