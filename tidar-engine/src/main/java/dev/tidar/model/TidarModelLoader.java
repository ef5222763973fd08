package dev.tidar.model;

import dev.tidar.api.InvalidModelException;
import dev.tidar.backend.Allocator;
import dev.tidar.backend.Backend;
import dev.tidar.backend.MemoryCount;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.DraftAdapter;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.family.TensorNames;
import dev.tidar.json.Quoted;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/** Brings the weights of a checkpoint to a device, by the tensor names of its family. */
public final class TidarModelLoader {

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
        TensorNames names = config.family().names();
        Linear embedding = matrix(checkpoint.embeddingName());
        BlockLoader blocks = new BlockLoader(checkpoint, memory);
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.numLayers(); i++) {
            layers.add(blocks.load(i));
            progress.accept((i + 1.0) / config.numLayers());
        }
        Gain finalNorm = memory.gain(finalNorm(names.finalNorm()));
        Linear head = config.tiedHead() ? embedding : matrix(names.head());
        requireNothingLeft();
        Rotation rotation = config.positions().rope().rotation();
        RotaryTable rotary = memory.rotaryTable(rotation, positions);
        boolean allRotate = layers.stream().allMatch(layer -> layer.kind().rotates());
        RotaryTable still = allRotate ? rotary : memory.rotaryTable(rotation.still(), positions);
        return new TidarWeights(embedding, layers, finalNorm, head, rotary, still);
    }

    private Linear matrix(String name) {
        return memory.linear(
                List.of(LinearSource.of(checkpoint.matrix(name, config.vocabSize(), config.hiddenSize()))));
    }

    /** The head is linear, so what the logits are divided by may as well divide the gain before it. */
    private float[] finalNorm(String name) {
        float[] gain = checkpoint.vector(name, config.hiddenSize());
        float logits = config.blocks().multipliers().logits();
        for (int i = 0; i < gain.length; i++) {
            gain[i] /= logits;
        }
        return gain;
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
                                    config.family().modelType(),
                                    Quoted.of(unused.iterator().next())));
        }
        adapter.ifPresent(DraftAdapter::requireAllUsed);
    }
}
