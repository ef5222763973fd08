package dev.tidar.load;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.DeviceException;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.HubModel;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.ModelSource;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenText;
import dev.tidar.api.WeightFormat;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.LayoutCalibration;
import dev.tidar.auto.LayoutCandidates;
import dev.tidar.backend.Backend;
import dev.tidar.backend.BackendChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.jni.BackgroundThreads;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.Decoder;
import dev.tidar.hub.ModelHub;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.model.TidarModel;
import dev.tidar.model.TidarModelLoader;
import dev.tidar.model.TidarTransformer;
import dev.tidar.schedule.Engine;
import dev.tidar.schedule.EngineLoop;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.WeightType;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads a model on a device, on the engine thread: a folder, or one that is downloaded first. */
public final class EngineLoader {

    private static final Logger log = LoggerFactory.getLogger(EngineLoader.class);

    /** The version of the block contents; it changes when their meaning changes. */
    private static final String KV_LAYOUT_VERSION = "1";

    /** The part of a load that its download is taken for, where there is one. */
    private static final double DOWNLOAD_PART = 0.5;
    /**
     * Engines that compute on the processor take turns, in the order in which they ask: a step uses all its threads,
     * and two steps at once would wait for each other's.
     */
    private static final Lock PROCESSOR = new ReentrantLock(true);

    private final EngineOptions options;
    private final LongSupplier nanoTime;
    private final UnaryOperator<TidarModel> modelDecorator;
    private final MemoryPlanner memory;

    /** Where loading begins in [0, 1]: after the download, if there was one. Confined to the loading thread. */
    private double begin;

    private volatile LoadProgress progress = new LoadProgress("waiting to begin", 0);
    private volatile Optional<LoadedModel> model = Optional.empty();
    private volatile Optional<RequestGate> gate = Optional.empty();
    private volatile BooleanSupplier stop = () -> false;
    private volatile Decoding decoding;

    /**
     * @param nanoTime a monotonic clock
     * @param modelDecorator wraps the network that was loaded
     */
    public EngineLoader(EngineOptions options, LongSupplier nanoTime, UnaryOperator<TidarModel> modelDecorator) {
        this.options = options;
        this.decoding = options.decoding();
        this.nanoTime = nanoTime;
        this.modelDecorator = modelDecorator;
        this.memory = new MemoryPlanner(options, MemoryLedger.OF_THIS_JVM);
    }

    /** Lets loading end at its next stage once this is true. */
    public void stopWhen(BooleanSupplier stop) {
        this.stop = stop;
    }

    /** The gate that admits requests; it exists once {@link #load} has returned. */
    public RequestGate gate() {
        return gate.orElseThrow();
    }

    /**
     * Changes how requests decode that leave it open; those that are there go on as they began. To be called once
     * {@link #load} has returned.
     *
     * @throws dev.tidar.api.InvalidRequestException if the model cannot decode so
     */
    public void decodeBy(Decoding wanted) {
        gate().requireServes(wanted);
        decoding = wanted;
    }

    /** The status of the engine, as far as it is loaded. */
    public EngineStatus status(EngineLoop loop) {
        Optional<Loaded> loaded = model.map(m -> m.status(decoding));
        boolean degraded = loaded.map(l -> !l.degradations().isEmpty()).orElse(false);
        EngineState state = loop.state() == EngineState.READY && degraded ? EngineState.DEGRADED : loop.state();
        return new EngineStatus(
                state,
                name(),
                progress,
                loaded,
                loop.queued(),
                loop.running(),
                loop.totals(),
                loop.activity(),
                loop.death().map(TidarException::getMessage));
    }

    /** Makes threads of a name that yield to the engine thread. */
    public static ThreadFactory background(String name) {
        return new BackgroundThreads(name);
    }

    /** What a token stands for; empty if there is no such token, no tokenizer, or no model yet. */
    public Optional<TokenText> token(int id) {
        return model.flatMap(LoadedModel::tokenizer).flatMap(tokenizer -> tokenizer.token(id));
    }

    private String name() {
        return options.model().name();
    }

    private static String name(Path folder) {
        return folder.toAbsolutePath().normalize().getFileName().toString();
    }

    /**
     * Loads the model on the device that the options ask for, or on the CPU where they allow a fallback.
     *
     * @throws EngineClosedException if it is to stop; what was taken until then is given back
     */
    public Engine load() {
        Path folder = folder();
        stage("reading the checkpoint", 0);
        try (Checkpoint checkpoint = Checkpoint.open(folder, overrides())) {
            requireNeeded();
            memory.requireRoomForTokenizer(Tokenizer.fileBytes(folder));
            Optional<Tokenizer> tokenizer = Tokenizer.load(folder);
            Optional<ChatTemplate> template = tokenizer.isPresent() ? ChatTemplate.load(folder) : Optional.empty();
            try (Checkpoints checkpoints = withDraft(checkpoint, tokenizer)) {
                return loadOnBestDevice(checkpoints, new TextParts(folder, tokenizer, template));
            }
        }
    }

    /**
     * The folder of the model; one by name is downloaded if it has to be.
     *
     * @throws dev.tidar.api.HubException if it cannot be downloaded
     * @throws EngineClosedException if loading is to stop
     */
    public Path folder() {
        if (options.model() instanceof ModelSource.Folder local) {
            return local.path();
        }
        return new ModelHub(options.hub(), () -> stop.getAsBoolean(), this::download, nanoTime)
                .folder((HubModel) options.model());
    }

    private void download(String stage, double part) {
        begin = DOWNLOAD_PART;
        requireNeeded();
        report(stage, DOWNLOAD_PART * part);
    }

    private Checkpoints withDraft(Checkpoint checkpoint, Optional<Tokenizer> tokenizer) {
        return new Checkpoints(
                checkpoint, options.draftModel().map(folder -> DraftCheckpoint.open(folder, checkpoint, tokenizer)));
    }

    /** The parts of a model that need no device. */
    private record TextParts(Path folder, Optional<Tokenizer> tokenizer, Optional<ChatTemplate> template) {}

    private Engine loadOnBestDevice(Checkpoints checkpoints, TextParts text) {
        BackendChoice choice = BackendChoice.of(options, arithmetic(checkpoints.model()));
        try {
            return loadOrFree(checkpoints, text, choice);
        } catch (DeviceException e) {
            if (!choice.isGpu() || !BackendChoice.mayFallBack(options)) {
                throw e;
            }
            return loadOrFree(checkpoints, text, fallback(choice, e));
        }
    }

    /** Loads on the CPU after the GPU has failed while serving, if the options allow it. */
    private Engine reloadOnFallback(TextParts text, BackendChoice failed, DeviceException failure) {
        if (!failed.isGpu() || options.deviceFallback() == DeviceFallback.FAIL) {
            throw failure;
        }
        try (Checkpoint checkpoint = Checkpoint.open(text.folder(), overrides());
                Checkpoints checkpoints = withDraft(checkpoint, text.tokenizer())) {
            return loadOrFree(checkpoints, text, fallback(failed, failure));
        }
    }

    /**
     * Chooses the arithmetic: weights that were stored as float32 are computed in float32; other weights have no such
     * precision to lose.
     */
    private Arithmetic arithmetic(Checkpoint checkpoint) {
        boolean floats = checkpoint.weightBytes() > 3 * checkpoint.parameters();
        boolean strict = options.weights() == WeightFormat.F32 || options.weights() == WeightFormat.AUTO && floats;
        return strict ? Arithmetic.STRICT : Arithmetic.FAST;
    }

    /** Says what makes a GPU compute in float32 though nobody asked for that, and what can be set. */
    private void warnOfFloats(BackendChoice choice, Checkpoint checkpoint) {
        if (choice.isGpu() && options.weights() != WeightFormat.F32) {
            FloatsOnGpu.reasons(arithmetic(checkpoint), checkpoint.config().heads())
                    .forEach(log::warn);
        }
    }

    private BackendChoice fallback(BackendChoice failed, DeviceException failure) {
        BackendChoice choice =
                BackendChoice.fallbackFrom(failed.backend().facts().device(), failure, options);
        log.error("Computing on the CPU instead of a GPU: {}", choice.reason(), failure);
        return choice;
    }

    /** Loads on a device, which is freed again if that fails. */
    private Engine loadOrFree(Checkpoints checkpoints, TextParts text, BackendChoice choice) {
        try {
            return loadOn(choice, checkpoints, text);
        } catch (RuntimeException | Error e) {
            try {
                choice.backend().close();
            } catch (DeviceException closeFailure) {
                e.addSuppressed(closeFailure);
            }
            throw e;
        }
    }

    private Engine loadOn(BackendChoice choice, Checkpoints checkpoints, TextParts text) {
        warnOfFloats(choice, checkpoints.model());
        stage("planning memory", 0.05);
        WidestStep widest = WidestStep.of(checkpoints.config(), options, choice);
        MemoryLedger.Entry entry = memory.enter(checkpoints, choice, widest.rows(), widest.draftRows());
        try {
            return loadAsPlanned(entry, widest, choice, checkpoints, text);
        } catch (RuntimeException | Error e) {
            entry.close();
            throw e;
        }
    }

    private Engine loadAsPlanned(
            MemoryLedger.Entry entry,
            WidestStep widest,
            BackendChoice choice,
            Checkpoints checkpoints,
            TextParts text) {
        Backend backend = choice.backend();
        Checkpoint checkpoint = checkpoints.model();
        ModelConfig config = checkpoint.config();
        MemoryPlan plan = entry.plan();
        KvGeometry geometry = memory.geometry(config, backend);
        double share = checkpoints
                .draft()
                .map(draft -> checkpoint.parameters() / (double) (checkpoint.parameters() + draft.parameters()))
                .orElse(1.0);
        TidarTransformer transformer = pack(checkpoint, backend, geometry, entry, widest.rows(), share);
        Optional<DraftNetwork> drafting =
                checkpoints.draft().map(draft -> packDraft(draft, backend, entry, widest.draftRows(), 1 - share));
        entry.outstanding(plan.later());
        backend.ban(neverSampled(config, text.tokenizer(), checkpoints.vocabSize()));

        stage("measuring layouts", 0.8);
        BlockPool pool = new BlockPool(plan.blocks());
        TidarModel network = modelDecorator.apply(transformer);
        int maskToken = maskToken(config).orElse(0);
        AdaptiveLayouts layouts = new LayoutCandidates(
                        calibration(network, config, geometry, pool, plan.contextLength(), widest),
                        drafting.map(d -> calibration(
                                d.transformer(), config, d.geometry(), d.pool(), d.contextLength(), widest)),
                        options.limits())
                .measure(config.tidar(), options.decoding().draftLength());

        LoadedModel loaded = new LoadedModel(
                facts(
                        checkpoint,
                        transformer.weightType(),
                        plan.contextLength(),
                        text.template().isPresent()),
                options.draftModel().map(EngineLoader::name),
                backend.facts(),
                choice.reason(),
                Stream.concat(choice.degradations().stream(), backend.facts().degradations().stream())
                        .toList(),
                checkpoint.generation(),
                config.vocabSize(),
                text.tokenizer(),
                text.template(),
                text.tokenizer()
                        .map(t -> new GrammarsOnce(t, checkpoint.generation().stopIds())),
                layouts,
                new KvCache(
                        pool,
                        geometry.blockTokens(),
                        prefixCache(checkpoint, transformer.weightType(), geometry, pool)),
                plan.status(geometry));
        model = Optional.of(loaded);
        gate = Optional.of(new RequestGate(
                options,
                loaded,
                () -> decoding,
                () -> ThreadLocalRandom.current().nextLong()));
        progress("ready", 1);
        log.info("{}", LoadReport.of(loaded));
        return new Engine(
                network,
                maskToken,
                loaded.kvCache(),
                drafting.map(d ->
                        d.model(prefixCache(d.checkpoint(), d.transformer().weightType(), d.geometry(), d.pool()))),
                layouts,
                widest.prefillChunk(),
                widest.layoutRows(),
                choice.isGpu() ? new ReentrantLock() : PROCESSOR,
                () -> release(backend, entry),
                failure -> reloadOnFallback(text, choice, failure));
    }

    private LayoutCalibration calibration(
            TidarModel network,
            ModelConfig config,
            KvGeometry geometry,
            BlockPool pool,
            int contextLength,
            WidestStep widest) {
        TidarModel measured = inputs -> {
            requireNeeded();
            return network.step(inputs);
        };
        return new LayoutCalibration(
                new Decoder(measured, maskToken(config).orElse(0)),
                new KvCache(pool, geometry.blockTokens()),
                contextLength,
                promptToken(config),
                widest.prefillChunk(),
                nanoTime);
    }

    private static void release(Backend backend, MemoryLedger.Entry entry) {
        try (entry) {
            backend.close();
        }
    }

    /** Allocates what was planned for the model, which is this share of all weights. */
    private TidarTransformer pack(
            Checkpoint checkpoint,
            Backend backend,
            KvGeometry geometry,
            MemoryLedger.Entry entry,
            int maxRows,
            double share) {
        MemoryPlan plan = entry.plan();
        PagedKv kv = backend.allocateKv(geometry, plan.blocks());
        TidarTransformer network = TidarModelLoader.load(
                checkpoint,
                backend,
                kv,
                plan.contextLength(),
                maxRows,
                part -> packed("packing weights", share * part, entry));
        requireActing(checkpoint, network, backend);
        return network;
    }

    /** Fails if the draft adapter changes nothing: drafts that are worse than they should be are a silent loss. */
    private static void requireActing(Checkpoint checkpoint, TidarTransformer network, Backend backend) {
        if (checkpoint.draftAdapter().isPresent() && !network.adapterActs()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "%s: the draft adapter must change a result, but on %s no linear layer computes anything else with it;"
                                    .formatted(
                                            checkpoint.folder(), backend.facts().device())
                            + " train it, or remove its folder");
        }
    }

    /** Allocates what was planned for the draft model, which is the last share of all weights. */
    private DraftNetwork packDraft(
            Checkpoint draft, Backend backend, MemoryLedger.Entry entry, int draftRows, double share) {
        return DraftNetwork.pack(
                draft,
                backend,
                memory.geometry(draft.config(), backend),
                entry.plan(),
                draftRows,
                part -> packed("packing the draft model", 1 - share + share * part, entry));
    }

    /** Enters in the ledger what is taken, once this part of all weights is packed. */
    private void packed(String stage, double part, MemoryLedger.Entry entry) {
        MemoryPlan plan = entry.plan();
        long left = plan.bytes() - plan.kvBytes() + plan.room().reserve();
        long layers = plan.need().weights() + plan.need().adapters();
        entry.outstanding(left - (long) (part * layers));
        stage(stage, 0.05 + 0.75 * part);
    }

    /** The prefix cache. Blocks can be shared only where everything that their contents depend on is equal. */
    private Optional<PrefixCache> prefixCache(
            Checkpoint checkpoint, WeightType weights, KvGeometry geometry, BlockPool pool) {
        if (!options.kvCache().reuse()) {
            return Optional.empty();
        }
        List<String> identity =
                List.of(checkpoint.fingerprint(), weights.name(), geometry.toString(), KV_LAYOUT_VERSION);
        var config = new PrefixCache.Config(
                identity, geometry.blockBytes(), options.kvCache().expireAfter());
        return Optional.of(new PrefixCache(pool, config, nanoTime::getAsLong));
    }

    private Overrides overrides() {
        DecodeMode mode = options.decoding().mode();
        boolean drafts = mode == DecodeMode.SINGLE_PASS || mode == DecodeMode.TWO_PASS;
        return new Overrides(options.maskTokenId(), options.blockSize(), options.contextLength(), drafts);
    }

    /**
     * The ids that are never sampled: the mask token, and the rows of an embedding that the tokenizer has no token for.
     *
     * @param embeddingRows of the model, or of its draft model where it has more
     */
    private static int[] neverSampled(ModelConfig config, Optional<Tokenizer> tokenizer, int embeddingRows) {
        int size = tokenizer.map(Tokenizer::size).orElse(config.vocabSize());
        if (size > config.vocabSize()) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "tokenizer.json has ids up to %d, but config.json says vocab_size %d: they do not belong together"
                            .formatted(size - 1, config.vocabSize()));
        }
        return IntStream.concat(maskToken(config).stream(), IntStream.range(size, embeddingRows))
                .toArray();
    }

    private static OptionalInt maskToken(ModelConfig config) {
        return config.tidar().map(TidarConfig::maskTokenId).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static int promptToken(ModelConfig config) {
        return maskToken(config).orElse(-1) == 0 ? 1 : 0;
    }

    private ModelFacts facts(Checkpoint checkpoint, WeightType weights, int contextLength, boolean chat) {
        ModelConfig config = checkpoint.config();
        return new ModelFacts(
                name(),
                config.family().modelType(),
                checkpoint.parameters(),
                format(weights),
                contextLength,
                maskToken(config),
                config.tidar().map(TidarConfig::blockSize).map(OptionalInt::of).orElseGet(OptionalInt::empty),
                config.tidar().map(TidarConfig::shortGroups).orElse(false),
                checkpoint.draftAdapter().isPresent(),
                chat,
                checkpoint.drafting());
    }

    private static WeightFormat format(WeightType type) {
        return switch (type) {
            case F32 -> WeightFormat.F32;
            case BF16 -> WeightFormat.BF16;
            case INT8 -> WeightFormat.INT8;
        };
    }

    /** Loading consults this at each stage, after each packed part and before each measured forward. */
    private void requireNeeded() {
        if (stop.getAsBoolean()) {
            throw new EngineClosedException("the engine was closed at the stage \"%s\", %.0f %%"
                    .formatted(progress.stage(), 100 * progress.done()));
        }
    }

    /** Begins a stage, or a part of it, unless loading is to stop. */
    private void stage(String stage, double done) {
        requireNeeded();
        progress(stage, done);
    }

    private void progress(String stage, double done) {
        report(stage, begin + (1 - begin) * done);
    }

    private void report(String stage, double done) {
        progress = new LoadProgress(stage, done);
        options.progress().accept(progress);
    }
}
