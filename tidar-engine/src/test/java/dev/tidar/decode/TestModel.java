package dev.tidar.decode;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.draft.DraftModel;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.model.TidarTransformer;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepResult;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A checkpoint among the test resources, on a backend, decoded without the engine around it. */
public final class TestModel implements AutoCloseable {

    private static final int BLOCK_TOKENS = 16;

    private final Backend backend;
    private final ModelConfig config;
    private final TidarTransformer network;
    private final BlockPool pool;
    private final int contextLength;

    private TestModel(Backend backend, Checkpoint checkpoint, int blocks, DType kvType) {
        this.backend = backend;
        this.config = checkpoint.config();
        KvGeometry geometry =
                new KvGeometry(config.numLayers(), config.numKvHeads(), config.headDim(), BLOCK_TOKENS, kvType);
        this.contextLength = Math.min(blocks * BLOCK_TOKENS, config.maxPositions());
        this.network = TidarModelLoader.load(
                checkpoint, backend, backend.allocateKv(geometry, blocks), contextLength, 1100, part -> {});
        this.pool = new BlockPool(blocks);
        config.tidar().ifPresent(t -> backend.ban(new int[] {t.maskTokenId()}));
    }

    /** The folder of a test resource. */
    public static Path folder(String resource) {
        URL config = Objects.requireNonNull(TestModel.class.getResource("/" + resource + "/config.json"), resource);
        try {
            return Path.of(config.toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loads a test resource in float32, with a context of 512 tokens. */
    public static TestModel load(String resource, Backend backend) {
        return load(resource, backend, DType.F32);
    }

    /** The same with keys and values of another type. */
    public static TestModel load(String resource, Backend backend, DType kvType) {
        return load(folder(resource), backend, Overrides.none(), kvType);
    }

    /** Loads a folder in float32, with a context of 512 tokens and the kernels that this JVM chooses. */
    static TestModel load(Path folder) {
        return load(folder, Backend.onCpu(WeightFormat.F32, 1), Overrides.none());
    }

    /** Loads a folder with a context of 512 tokens. */
    static TestModel load(Path folder, Backend backend, Overrides overrides) {
        return load(folder, backend, overrides, DType.F32);
    }

    private static TestModel load(Path folder, Backend backend, Overrides overrides, DType kvType) {
        try (Checkpoint checkpoint = Checkpoint.open(folder, overrides)) {
            return new TestModel(backend, checkpoint, 32, kvType);
        }
    }

    /** The kernels that this JVM chooses. */
    public static TestModel load(String resource) {
        return load(resource, Backend.onCpu(WeightFormat.F32, 1));
    }

    public TidarTransformer network() {
        return network;
    }

    public ModelConfig config() {
        return config;
    }

    public int maskToken() {
        return config.tidar().orElseThrow().maskTokenId();
    }

    /** KV memory for one sequence of a full context. */
    public BlockTable blocks() {
        return new BlockTable(pool, BLOCK_TOKENS);
    }

    /** The same network as a draft model, whose cache keeps nothing for reuse. */
    DraftModel draftModel(int contextLengthOfDrafts) {
        return new DraftModel(network, new KvCache(pool, BLOCK_TOKENS), config.vocabSize(), contextLengthOfDrafts);
    }

    /** Decodes one sequence to its end; nothing but its length ends it. */
    public Run decode(List<Integer> prompt, int maxTokens, SamplingParams params, StepLayout layout) {
        return decode(new DecodeRequest(prompt, params, maxTokens, contextLength), layout, 64);
    }

    /** The same with a prompt that is computed in chunks. */
    public Run decode(DecodeRequest request, StepLayout layout, int prefillChunk) {
        return decode(request, LayoutChoice.fixed(layout), prefillChunk);
    }

    /** The same with a layout that may change. */
    Run decode(DecodeRequest request, LayoutChoice layouts, int prefillChunk) {
        List<StepResult> results = new ArrayList<>();
        Decoder decoder = new Decoder(
                inputs -> {
                    results.add(network.step(inputs));
                    return results.get(results.size() - 1);
                },
                maskToken());
        List<Forward> forwards = new ArrayList<>();
        try (RunningSequence sequence = new RunningSequence(request, layouts, blocks(), TokenSink.NONE)) {
            while (sequence.finish().isEmpty()) {
                Turn turn = decoder.plan(sequence, prefillChunk).orElseThrow();
                if (!sequence.blocks().reserve(turn.end())) {
                    throw new IllegalStateException("too few blocks");
                }
                int before = sequence.sequence().numEmitted();
                decoder.step(List.of(turn));
                forwards.add(new Forward(
                        turn.rows(),
                        results.get(forwards.size()).outcomes().get(0),
                        sequence.sequence().numEmitted() - before));
            }
            return new Run(
                    sequence.sequence().emitted(),
                    sequence.stats().kept(),
                    sequence.stats().forwards(),
                    forwards);
        }
    }

    /**
     * A sequence that was decoded.
     *
     * @param tokens emitted tokens
     * @param kept tokens emitted by each decode step
     * @param numForwards decode forwards
     * @param forwards every forward, the prefill included
     */
    public record Run(List<Integer> tokens, List<Integer> kept, int numForwards, List<Forward> forwards) {}

    /** One forward: its rows, what was decided, and how many tokens were emitted before the end. */
    public record Forward(SequenceStep step, StepResult.Outcome result, int emitted) {}

    @Override
    public void close() {
        backend.close();
    }
}
