package dev.tidar;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.CpuBackend;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.AdaptiveLayouts;
import dev.tidar.decode.Decoder;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.model.TidarTransformer;
import dev.tidar.schedule.Engine;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tokenizer.ChatTemplate;
import dev.tidar.tokenizer.Tokenizer;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a model folder to a device, on the engine thread. */
final class EngineLoader {

    private static final Logger log = LoggerFactory.getLogger(EngineLoader.class);

    /** Prompt rows of one forward: enough to reuse each weight many times, few enough to see a cancellation soon. */
    private static final int PREFILL_CHUNK = 64;

    private final EngineOptions options;
    private final LongSupplier nanoTime;
    private volatile Optional<LoadedModel> model = Optional.empty();

    EngineLoader(EngineOptions options, LongSupplier nanoTime) {
        this.options = options;
        this.nanoTime = nanoTime;
    }

    /** What was loaded. Call it after {@link #load} has returned. */
    LoadedModel model() {
        return model.orElseThrow();
    }

    Engine load() {
        progress("reading the checkpoint", 0);
        try (Checkpoint checkpoint = Checkpoint.open(options.model(), overrides())) {
            Optional<Tokenizer> tokenizer = Tokenizer.load(options.model());
            Backend backend = new CpuBackend(options.weights(), threads());
            try {
                return load(checkpoint, tokenizer, backend);
            } catch (RuntimeException | Error e) {
                backend.close();
                tokenizer.ifPresent(Tokenizer::close);
                throw e;
            }
        }
    }

    private Engine load(Checkpoint checkpoint, Optional<Tokenizer> tokenizer, Backend backend) {
        ModelConfig config = checkpoint.config();
        Optional<ChatTemplate> template = tokenizer.isPresent() ? ChatTemplate.load(options.model()) : Optional.empty();
        KvGeometry geometry = KvMemory.geometry(config);
        KvMemory memory = KvMemory.plan(options, checkpoint, geometry);

        progress("packing weights", 0.05);
        TidarTransformer network = new TidarModelLoader(checkpoint, backend)
                .load(
                        backend.allocateKv(geometry, memory.blocks()),
                        memory.contextLength(),
                        maxRows(config),
                        part -> progress("packing weights", 0.05 + 0.75 * part));
        backend.unpickable(unpickable(config, tokenizer));

        progress("measuring layouts", 0.8);
        BlockPool pool = new BlockPool(memory.blocks());
        Decoder decoder = new Decoder(network, PREFILL_CHUNK, maskToken(config).orElse(0));
        AdaptiveLayouts layouts = new LayoutCandidates(
                        decoder, pool, geometry.blockTokens(), memory.contextLength(), nanoTime)
                .measure(config.tidar(), options.decoding().draftLength(), promptToken(config));

        LoadedModel loaded = new LoadedModel(
                facts(checkpoint, network.weightType(), memory.contextLength(), template.isPresent()),
                backend.facts(),
                checkpoint.generation(),
                config.vocabSize(),
                tokenizer,
                template,
                layouts,
                pool,
                geometry.blockBytes());
        model = Optional.of(loaded);
        progress("ready", 1);
        log.info("{}", LoadReport.of(loaded));
        return new Engine(decoder, pool, geometry.blockTokens(), layouts, backend::close);
    }

    private int threads() {
        return options.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    private Overrides overrides() {
        DecodeMode mode = options.decoding().mode();
        boolean drafts = mode == DecodeMode.SINGLE_PASS || mode == DecodeMode.TWO_PASS;
        return new Overrides(options.maskTokenId(), options.blockSize(), options.contextLength(), drafts);
    }

    /** A mask token where the model has one; every layout of it must fit into a step. */
    private static int maxRows(ModelConfig config) {
        int drafting = config.tidar().isPresent() ? Decoding.MAX_DRAFT_LENGTH * (Decoding.MAX_DRAFT_LENGTH + 1) : 1;
        return Math.max(drafting, PREFILL_CHUNK + Decoding.MAX_DRAFT_LENGTH);
    }

    /** The mask token, and rows of the embedding that the tokenizer has no token for. */
    private static int[] unpickable(ModelConfig config, Optional<Tokenizer> tokenizer) {
        int size = tokenizer.map(Tokenizer::size).orElse(config.vocabSize());
        if (size > config.vocabSize()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "tokenizer.json has ids up to %d, but config.json says vocab_size %d: they do not belong together"
                            .formatted(size - 1, config.vocabSize()));
        }
        return IntStream.concat(maskToken(config).stream(), IntStream.range(size, config.vocabSize()))
                .toArray();
    }

    private static OptionalInt maskToken(ModelConfig config) {
        return config.tidar().map(TidarConfig::maskTokenId).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static int promptToken(ModelConfig config) {
        return maskToken(config).orElse(-1) == 0 ? 1 : 0;
    }

    private ModelFacts facts(Checkpoint checkpoint, DType weights, int contextLength, boolean chat) {
        ModelConfig config = checkpoint.config();
        return new ModelFacts(
                options.model().toAbsolutePath().normalize().getFileName().toString(),
                config.family().toString().toLowerCase(Locale.ROOT),
                checkpoint.parameters(),
                format(weights),
                contextLength,
                maskToken(config),
                config.tidar().map(TidarConfig::blockSize).map(OptionalInt::of).orElseGet(OptionalInt::empty),
                checkpoint.draftAdapter().isPresent(),
                chat);
    }

    private static WeightFormat format(DType type) {
        return switch (type) {
            case I8 -> WeightFormat.INT8;
            case BF16 -> WeightFormat.BF16;
            case F16, F32 -> WeightFormat.F32;
        };
    }

    private void progress(String stage, double done) {
        options.progress().accept(new LoadProgress(stage, done));
    }
}
