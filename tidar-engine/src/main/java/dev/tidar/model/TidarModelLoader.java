package dev.tidar.model;

import dev.tidar.api.InvalidModelException;
import dev.tidar.backend.Allocator;
import dev.tidar.backend.Backend;
import dev.tidar.backend.MemoryCount;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.DraftAdapter;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.json.Quoted;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/** Brings the weights of a checkpoint to a device, by the tensor names of Llama, Qwen2 and Qwen3. */
public final class TidarModelLoader {

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final Optional<DraftAdapter> adapter;
    private final Allocator memory;

    private TidarModelLoader(Checkpoint checkpoint, Allocator memory) {
        this.checkpoint = checkpoint;
        this.config = checkpoint.config();
        this.adapter = checkpoint.draftAdapter();
        this.memory = memory;
    }

    /**
     * Loads the weights.
     *
     * @param kv cache of this model's geometry
     * @param positions positions that rows can have, from 0
     * @param maxRows rows of one step at most
     * @param progress receives the part that is done, in [0, 1]
     * @throws InvalidModelException if tensors are missing, have other shapes than config.json says, or are not known
     */
    public static TidarTransformer load(
            Checkpoint checkpoint, Backend backend, PagedKv kv, int positions, int maxRows, DoubleConsumer progress) {
        TidarWeights weights = new TidarModelLoader(checkpoint, backend).weights(positions, progress);
        return new TidarTransformer(backend, checkpoint.config(), weights, kv, maxRows);
    }

    /**
     * The bytes that {@link #load} will take: it goes through the same steps, and allocates nothing.
     *
     * @param kv the cache's geometry
     * @param maxRows rows of one step at most
     * @throws InvalidModelException as for {@link #load}
     */
    public static MemoryCount.Need need(Checkpoint checkpoint, Backend backend, KvGeometry kv, int maxRows) {
        MemoryCount count = backend.count();
        ModelConfig config = checkpoint.config();
        new TidarModelLoader(checkpoint, count).weights(1, part -> {});
        Workspace.allocate(count, maxRows, config.hiddenSize(), config.intermediateSize(), config.heads());
        return count.need(config.heads(), kv);
    }

    private TidarWeights weights(int positions, DoubleConsumer progress) {
        Linear embedding = memory.linear(
                List.of(LinearSource.of(checkpoint.matrix(EMBEDDING, config.vocabSize(), config.hiddenSize()))));
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.numLayers(); i++) {
            layers.add(layer("model.layers.%d.".formatted(i)));
            progress.accept((i + 1.0) / config.numLayers());
        }
        Gain finalNorm = gain("model.norm.weight", config.hiddenSize());
        Linear head = config.tiedHead()
                ? embedding
                : memory.linear(
                        List.of(LinearSource.of(checkpoint.matrix(HEAD, config.vocabSize(), config.hiddenSize()))));
        requireNothingLeft();
        RotaryTable rotary = memory.rotaryTable(inverseFrequencies(), positions);
        return new TidarWeights(embedding, layers, finalNorm, head, rotary);
    }

    private LayerWeights layer(String prefix) {
        int hidden = config.hiddenSize();
        int intermediate = config.intermediateSize();
        int queries = config.numHeads() * config.headDim();
        int keys = config.numKvHeads() * config.headDim();
        String attention = prefix + "self_attn.";
        String mlp = prefix + "mlp.";
        return new LayerWeights(
                gain(prefix + "input_layernorm.weight", hidden),
                memory.linear(List.of(
                        projection(attention + "q_proj", queries, hidden, config.qkvBias()),
                        projection(attention + "k_proj", keys, hidden, config.qkvBias()),
                        projection(attention + "v_proj", keys, hidden, config.qkvBias()))),
                headNorms(attention),
                memory.linear(List.of(projection(attention + "o_proj", hidden, queries, false))),
                gain(prefix + "post_attention_layernorm.weight", hidden),
                memory.gated(
                        projection(mlp + "gate_proj", intermediate, hidden, false),
                        projection(mlp + "up_proj", intermediate, hidden, false)),
                memory.linear(List.of(projection(mlp + "down_proj", hidden, intermediate, false))));
    }

    private LinearSource projection(String module, int outputs, int inputs, boolean bias) {
        String weight = module + ".weight";
        return new LinearSource(
                checkpoint.matrix(weight, outputs, inputs),
                bias ? Optional.of(checkpoint.vector(module + ".bias", outputs)) : Optional.empty(),
                adapter.flatMap(a -> a.forMatrix(weight, outputs, inputs)));
    }

    private Optional<HeadNorms> headNorms(String attention) {
        if (!config.qkNorm()) {
            return Optional.empty();
        }
        return Optional.of(new HeadNorms(
                gain(attention + "q_norm.weight", config.headDim()),
                gain(attention + "k_norm.weight", config.headDim()),
                config.rmsNormEpsilon()));
    }

    private Gain gain(String name, int length) {
        return memory.gain(checkpoint.vector(name, length));
    }

    /** A tensor that was not used belongs to a different network; running without it would be silently wrong. */
    private void requireNothingLeft() {
        Set<String> unused = checkpoint.unusedNames();
        if (!unused.isEmpty()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.UNSUPPORTED,
                    "%s: %d tensors do not belong to a %s network, the first is %s"
                            .formatted(
                                    checkpoint.folder(),
                                    unused.size(),
                                    config.family(),
                                    Quoted.of(unused.iterator().next())));
        }
        adapter.ifPresent(DraftAdapter::requireAllUsed);
    }

    /** {@code theta^(-2i / headDim)} in float, as the reference implementations of these families compute it. */
    private float[] inverseFrequencies() {
        float[] inverse = new float[config.headDim() / 2];
        for (int i = 0; i < inverse.length; i++) {
            float exponent = (float) (2 * i) / config.headDim();
            inverse[i] = 1 / (float) Math.pow(config.ropeTheta(), exponent);
        }
        return inverse;
    }
}
