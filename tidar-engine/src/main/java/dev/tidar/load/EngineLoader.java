package dev.tidar.load;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.DeviceException;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.HubModel;
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
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.Decoder;
import dev.tidar.hub.ModelHub;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.model.TidarModel;
import dev.tidar.schedule.Engine;
import dev.tidar.schedule.EngineLoop;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads a model on a device, on the engine thread: a folder, or one that is downloaded first. */
public final class EngineLoader {

    private static final Logger log = LoggerFactory.getLogger(EngineLoader.class);

    /** The version of the block contents; it changes when their meaning changes. */
    private static final String KV_LAYOUT_VERSION = "1";

    /** How long a thread beside the engine thread waits for more work before it ends. */
    private static final long IDLE_SECONDS = 10;

    /**
     * Engines that compute on the processor take turns, in the order in which they ask: a step uses all its threads,
     * and two steps at once would wait for each other's.
     */
    private static final Lock PROCESSOR = new ReentrantLock(true);

    private final EngineOptions options;
    private final LongSupplier nanoTime;
    private final UnaryOperator<TidarModel> modelDecorator;
    private final MemoryPlanner memory;
    private final LoadStages stages;

    private volatile Optional<LoadedModel> model = Optional.empty();
    private volatile Optional<RequestGate> gate = Optional.empty();
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
        this.stages = new LoadStages(options.progress());
    }

    /** Lets loading end at its next stage once this is true. */
    public void stopWhen(BooleanSupplier stop) {
        stages.stopWhen(stop);
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
        EngineState now = loop.state(); // before the model: an engine that serves has one
        Optional<Loaded> loaded = model.map(m -> m.status(decoding));
        boolean degraded = loaded.map(l -> !l.degradations().isEmpty()).orElse(false);
        return new EngineStatus(
                now == EngineState.READY && degraded ? EngineState.DEGRADED : now,
                options.model().name(),
                stages.progress(),
                loaded,
                loop.queued(),
                loop.running(),
                loop.totals(),
                loop.activity(),
                now == EngineState.DEAD ? loop.death().map(TidarException::getMessage) : Optional.empty());
    }

    /** Runs work on one thread of a name, which yields to the engine thread and ends when it is not needed. */
    public static ThreadPoolExecutor background(String name) {
        return BackgroundThreads.one(name, IDLE_SECONDS);
    }

    /** What a token stands for; empty if there is no such token, no tokenizer, or no model yet. */
    public Optional<TokenText> token(int id) {
        return model.flatMap(LoadedModel::tokenizer).flatMap(tokenizer -> tokenizer.token(id));
    }

    /**
     * Loads the model on the device that the options ask for, or on the CPU where they allow a fallback.
     *
     * @throws EngineClosedException if it is to stop; what was taken until then is given back
     */
    public Engine load() {
        Path folder = folder();
        stages.begin("reading the checkpoint", 0);
        try (Checkpoint checkpoint = Checkpoint.open(folder, overrides())) {
            stages.requireNeeded();
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
        return new ModelHub(options.hub(), stages::isToStop, stages::download, nanoTime)
                .folder((HubModel) options.model());
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
        stages.begin("planning memory", 0.05);
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
        CheckpointFacts facts = new CheckpointFacts(checkpoint);
        NetworkPacker.Networks networks = new NetworkPacker(backend, memory, entry, stages).pack(checkpoints, widest);
        PackedNetwork own = networks.model();
        backend.ban(facts.neverSampled(text.tokenizer(), checkpoints.vocabSize()));

        stages.begin("measuring layouts", 0.8);
        TidarModel network = modelDecorator.apply(own.transformer());
        AdaptiveLayouts layouts = new LayoutCandidates(
                        calibration(network, own, facts, widest),
                        networks.draft().map(draft -> calibration(draft.transformer(), draft, facts, widest)),
                        options.limits())
                .measure(checkpoint.config().tidar(), options.decoding().draftLength());

        LoadedModel loaded = new LoadedModel(
                facts.status(
                        options.model().name(),
                        own.transformer().weightType(),
                        own.contextLength(),
                        text.template().isPresent()),
                options.draftModel().map(folder -> new ModelSource.Folder(folder).name()),
                backend.facts(),
                choice.reason(),
                Stream.concat(choice.degradations().stream(), backend.facts().degradations().stream())
                        .toList(),
                checkpoint.generation(),
                checkpoint.config().vocabSize(),
                text.tokenizer(),
                text.template(),
                text.tokenizer()
                        .map(t -> new GrammarsOnce(t, checkpoint.generation().stopIds())),
                layouts,
                kvCache(own),
                entry.plan().status(own.geometry()));
        model = Optional.of(loaded);
        RequestGate requests = new RequestGate(
                options,
                loaded,
                () -> decoding,
                () -> ThreadLocalRandom.current().nextLong());
        gate = Optional.of(requests);
        new WarmUpStage(
                        requests,
                        new Decoder(network, facts.maskToken().orElse(0)),
                        loaded,
                        widest.prefillChunk(),
                        stages)
                .run(options.warmUp());
        stages.ready();
        log.info("{}", LoadReport.of(loaded));
        return new Engine(
                network,
                facts.maskToken().orElse(0),
                loaded.kvCache(),
                networks.draft().map(draft -> draft.drafting(kvCache(draft))),
                layouts,
                widest.prefillChunk(),
                widest.layoutRows(),
                choice.isGpu() ? new ReentrantLock() : PROCESSOR,
                () -> release(backend, entry),
                failure -> reloadOnFallback(text, choice, failure));
    }

    /**
     * Measures a network, in its own blocks.
     *
     * @param network the network, perhaps wrapped
     * @param facts those of the model that is served
     */
    private LayoutCalibration calibration(
            TidarModel network, PackedNetwork packed, CheckpointFacts facts, WidestStep widest) {
        TidarModel measured = inputs -> {
            stages.requireNeeded();
            return network.step(inputs);
        };
        return new LayoutCalibration(
                new Decoder(measured, facts.maskToken().orElse(0)),
                new KvCache(packed.pool(), packed.geometry().blockTokens()),
                packed.contextLength(),
                facts.promptToken(),
                widest.prefillChunk(),
                nanoTime);
    }

    private static void release(Backend backend, MemoryLedger.Entry entry) {
        try (entry) {
            backend.close();
        }
    }

    private KvCache kvCache(PackedNetwork network) {
        return new KvCache(network.pool(), network.geometry().blockTokens(), prefixCache(network));
    }

    /** The prefix cache. Blocks can be shared only where everything that their contents depend on is equal. */
    private Optional<PrefixCache> prefixCache(PackedNetwork network) {
        if (!options.kvCache().reuse()) {
            return Optional.empty();
        }
        List<String> identity = List.of(
                network.checkpoint().fingerprint(),
                network.transformer().weightType().name(),
                network.geometry().toString(),
                KV_LAYOUT_VERSION);
        var config = new PrefixCache.Config(
                identity, network.geometry().blockBytes(), options.kvCache().expireAfter());
        return Optional.of(new PrefixCache(network.pool(), config, nanoTime::getAsLong));
    }

    private Overrides overrides() {
        DecodeMode mode = options.decoding().mode();
        boolean drafts = mode == DecodeMode.SINGLE_PASS || mode == DecodeMode.TWO_PASS;
        return new Overrides(options.maskTokenId(), options.blockSize(), options.contextLength(), drafts);
    }
}
