package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.family.Biases;
import dev.tidar.checkpoint.family.Family;
import dev.tidar.checkpoint.family.LayerKind;
import dev.tidar.checkpoint.family.Multipliers;
import dev.tidar.checkpoint.rope.RopeReader.Rope;
import dev.tidar.tensor.HeadGeometry;
import java.util.List;
import java.util.Optional;

/**
 * The network of a model folder, read from its {@code config.json}. Every instance is consistent; error messages use
 * the keys of the file.
 *
 * @param family what sets its network apart from others
 * @param heads attention heads of one layer
 * @param blocks what its transformer blocks have
 * @param rmsNormEpsilon the epsilon inside the square root of every norm
 * @param tiedHead whether the output head uses the weights of the embedding
 * @param tidar mask token and draft block; empty for a model that only decodes autoregressively
 */
public record ModelConfig(
        Family family,
        Sizes sizes,
        HeadGeometry heads,
        Positions positions,
        Blocks blocks,
        float rmsNormEpsilon,
        boolean tiedHead,
        Optional<TidarConfig> tidar) {

    static final int MAX_WIDTH = 1 << 20;
    static final int MAX_LAYERS = 1024;
    static final int MAX_HEADS = 4096;
    static final int MAX_VOCAB_SIZE = 1 << 24;
    static final int MAX_POSITIONS = 1 << 24;

    /**
     * Widths and counts.
     *
     * @param hidden width of the residual stream
     * @param intermediate width of the gated layer
     * @param layers transformer blocks
     * @param vocab rows of the embedding, the mask token and padding rows included
     */
    public record Sizes(int hidden, int intermediate, int layers, int vocab) {

        public Sizes {
            requireRange("hidden_size", hidden, 1, MAX_WIDTH);
            requireRange("intermediate_size", intermediate, 1, MAX_WIDTH);
            requireRange("num_hidden_layers", layers, 1, MAX_LAYERS);
            requireRange("vocab_size", vocab, 1, MAX_VOCAB_SIZE);
        }
    }

    /**
     * Positions and their rotation.
     *
     * @param rope what rotates the heads
     * @param max context length that the model was designed for, in tokens
     */
    public record Positions(Rope rope, int max) {

        public Positions {
            requireRange("max_position_embeddings", max, 1, MAX_POSITIONS);
        }
    }

    /**
     * What the transformer blocks have.
     *
     * @param biases linear layers that add a bias
     * @param layers the kind of each block's attention
     * @param multipliers constant factors
     */
    public record Blocks(Biases biases, List<LayerKind> layers, Multipliers multipliers) {

        public Blocks {
            layers = List.copyOf(layers);
        }
    }

    public ModelConfig {
        requireHeads(heads);
        require(
                rmsNormEpsilon > 0 && rmsNormEpsilon < 1,
                "rms_norm_eps must be between 0 and 1, but is " + rmsNormEpsilon);
        require(
                blocks.layers().size() == sizes.layers(),
                "%d layers must have a kind, but %d have"
                        .formatted(sizes.layers(), blocks.layers().size()));
        tidar.ifPresent(config -> require(
                config.maskTokenId() < sizes.vocab(),
                "mask_token_id (%d) must be in [0, vocab_size = %d)".formatted(config.maskTokenId(), sizes.vocab())));
    }

    static void requireHeads(HeadGeometry heads) {
        requireRange("num_attention_heads", heads.numHeads(), 1, MAX_HEADS);
        requireRange("num_key_value_heads", heads.numKvHeads(), 1, MAX_HEADS);
        requireRange("head_dim", heads.headDim(), 2, MAX_WIDTH);
        require(
                heads.numHeads() % heads.numKvHeads() == 0,
                "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)"
                        .formatted(heads.numHeads(), heads.numKvHeads()));
        require(heads.headDim() % 2 == 0, "head_dim must be even (RoPE rotates pairs), but is " + heads.headDim());
        require(
                (heads.numHeads() + 2L * heads.numKvHeads()) * heads.headDim() <= MAX_WIDTH,
                "num_attention_heads (%d) * head_dim (%d) must be at most %d with the keys and values"
                        .formatted(heads.numHeads(), heads.headDim(), MAX_WIDTH));
    }

    public int hiddenSize() {
        return sizes.hidden();
    }

    public int intermediateSize() {
        return sizes.intermediate();
    }

    public int numLayers() {
        return sizes.layers();
    }

    public int numHeads() {
        return heads.numHeads();
    }

    public int numKvHeads() {
        return heads.numKvHeads();
    }

    public int headDim() {
        return heads.headDim();
    }

    public int vocabSize() {
        return sizes.vocab();
    }

    /** Returns the context length that the model was designed for, in tokens. */
    public int maxPositions() {
        return positions.max();
    }

    static void requireRange(String key, int value, int min, int max) {
        require(value >= min && value <= max, "%s must be from %d to %d, but is %d".formatted(key, min, max, value));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidModelException(Fault.CORRUPT, "config.json: " + message);
        }
    }
}
