package dev.tidar.model;

import dev.tidar.backend.Allocator;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.DraftAdapter;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.family.TensorNames;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.LinearSource;
import java.util.List;
import java.util.Optional;

/**
 * Brings the weights of one transformer block to a device. Fused matrices are taken apart, and heads that rotate in
 * part are put in the order of the network, as their rows are read.
 */
final class BlockLoader {

    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final TensorNames names;
    private final Optional<DraftAdapter> adapter;
    private final Allocator memory;
    private final int hidden;
    private final int queries;
    private final int keys;

    BlockLoader(Checkpoint checkpoint, Allocator memory) {
        this.checkpoint = checkpoint;
        this.config = checkpoint.config();
        this.names = config.family().names();
        this.adapter = checkpoint.draftAdapter();
        this.memory = memory;
        this.hidden = config.hiddenSize();
        this.queries = config.numHeads() * config.headDim();
        this.keys = config.numKvHeads() * config.headDim();
    }

    LayerWeights load(int layer) {
        String block = names.block(layer);
        String attention = block + "self_attn.";
        String mlp = block + "mlp.";
        boolean mlpBias = config.blocks().biases().mlp();
        List<LinearSource> gateUp = gateUp(mlp, mlpBias);
        return new LayerWeights(
                config.blocks().layers().get(layer),
                gain(block + "input_layernorm.weight", hidden),
                memory.linear(qkv(attention)),
                headNorms(attention),
                memory.linear(List.of(projection(
                        attention + "o_proj",
                        hidden,
                        queries,
                        config.blocks().biases().output()))),
                gain(block + "post_attention_layernorm.weight", hidden),
                memory.gated(gateUp.get(0), gateUp.get(1)),
                memory.linear(List.of(projection(mlp + "down_proj", hidden, config.intermediateSize(), mlpBias))));
    }

    private List<LinearSource> qkv(String attention) {
        boolean bias = config.blocks().biases().qkv();
        if (names.fusedQkv().isPresent()) {
            LinearSource whole = projection(attention + names.fusedQkv().get(), queries + 2 * keys, hidden, bias);
            return List.of(
                    turning(MatrixRows.from(0, queries)).of(whole),
                    turning(MatrixRows.from(queries, keys)).of(whole),
                    MatrixRows.from(queries + keys, keys).of(whole));
        }
        return List.of(
                turning(MatrixRows.from(0, queries)).of(projection(attention + "q_proj", queries, hidden, bias)),
                turning(MatrixRows.from(0, keys)).of(projection(attention + "k_proj", keys, hidden, bias)),
                projection(attention + "v_proj", keys, hidden, bias));
    }

    private MatrixRows turning(MatrixRows heads) {
        return heads.rotatedInPart(config.headDim(), config.positions().rope().rotatedWidth());
    }

    private List<LinearSource> gateUp(String mlp, boolean bias) {
        int width = config.intermediateSize();
        if (names.fusedGateUp().isPresent()) {
            LinearSource whole = projection(mlp + names.fusedGateUp().get(), 2 * width, hidden, bias);
            return List.of(
                    MatrixRows.from(0, width).of(whole),
                    MatrixRows.from(width, width).of(whole));
        }
        return List.of(
                projection(mlp + "gate_proj", width, hidden, bias), projection(mlp + "up_proj", width, hidden, bias));
    }

    private LinearSource projection(String module, int outputs, int inputs, boolean bias) {
        String weight = module + ".weight";
        return new LinearSource(
                checkpoint.matrix(weight, outputs, inputs),
                bias ? Optional.of(checkpoint.vector(module + ".bias", outputs)) : Optional.empty(),
                adapter.flatMap(a -> a.forMatrix(weight, outputs, inputs)));
    }

    private Optional<HeadNorms> headNorms(String attention) {
        if (!config.family().headNorms()) {
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
}
