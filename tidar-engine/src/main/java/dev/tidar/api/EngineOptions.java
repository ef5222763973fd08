package dev.tidar.api;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How an engine is loaded. Values are in range once built; what depends on the model is checked at load.
 *
 * @param model folder with config.json, tokenizer.json and the safetensors shards, or a name on a hub
 * @param hub how a model by name is found and downloaded
 * @param draftModel folder of a second, smaller model with the same tokens that drafts; empty for none
 * @param device device to compute on
 * @param deviceFallback what to do when a GPU that is asked for cannot be used, or fails while it serves
 * @param weights how the device holds the weights
 * @param activations what the CPU multiplies int8 weights by
 * @param nativeKernels whether the CPU may use the native library
 * @param threads threads of the CPU backend; empty is one per available processor
 * @param kvCache memory for keys and values
 * @param contextLength tokens of prompt and answer together; empty is the model's own limit
 * @param maskTokenId mask token of the model, where config.json has none
 * @param blockSize trained draft block in rows, where config.json has none
 * @param limits what bounds the work of the engine
 * @param decoding layout for requests that leave it open
 * @param lookup whether requests in mode auto also verify drafts from their own text
 * @param warmUp what is computed at the end of loading
 * @param progress receives the stages of the load, on the loading thread
 */
public record EngineOptions(
        ModelSource model,
        HubOptions hub,
        Optional<Path> draftModel,
        Device device,
        DeviceFallback deviceFallback,
        WeightFormat weights,
        Activations activations,
        NativeKernels nativeKernels,
        OptionalInt threads,
        KvCacheOptions kvCache,
        OptionalInt contextLength,
        OptionalInt maskTokenId,
        OptionalInt blockSize,
        Limits limits,
        Decoding decoding,
        Lookup lookup,
        WarmUp warmUp,
        Consumer<LoadProgress> progress) {

    /** Threads of the CPU backend at most; more than processors only wait for each other. */
    public static final int MAX_THREADS = 1024;

    public EngineOptions {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(hub, "hub");
        Objects.requireNonNull(draftModel, "draft model");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(deviceFallback, "device fallback");
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(activations, "activations");
        Objects.requireNonNull(nativeKernels, "native kernels");
        Objects.requireNonNull(kvCache, "KV cache");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(decoding, "decoding");
        Objects.requireNonNull(lookup, "lookup");
        Objects.requireNonNull(warmUp, "warm-up");
        Objects.requireNonNull(progress, "progress");
        if (decoding.mode() == DecodeMode.DRAFT_MODEL && draftModel.isEmpty()) {
            throw new IllegalArgumentException("mode must not be draft-model unless a draft model is set");
        }
        requirePositive("threads", threads.orElse(1));
        if (threads.orElse(1) > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be at most %d, but is %d".formatted(MAX_THREADS, threads.getAsInt()));
        }
        requirePositive("context length", contextLength.orElse(1));
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be positive, but is %d".formatted(name, value));
        }
    }

    /** Options with defaults for the model in this folder. */
    public static Builder builder(Path model) {
        return builder(new ModelSource.Folder(model));
    }

    /**
     * Options with defaults for this model. A model by name is found and downloaded as the environment of this process
     * says ({@link HubOptions#of}), unless {@link Builder#hub} is called.
     */
    public static Builder builder(ModelSource model) {
        return new Builder(model);
    }

    /**
     * A stage of loading.
     *
     * @param stage name of the stage, for a log line
     * @param done part of the load that is done, in [0, 1]
     */
    public record LoadProgress(String stage, double done) {}

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {
        private final ModelSource model;
        private Optional<HubOptions> hub = Optional.empty();
        private Optional<Path> draftModel = Optional.empty();
        private Device device = Device.AUTO;
        private DeviceFallback deviceFallback = DeviceFallback.FAIL;
        private WeightFormat weights = WeightFormat.AUTO;
        private Activations activations = Activations.AUTO;
        private NativeKernels nativeKernels = NativeKernels.AUTO;
        private OptionalInt threads = OptionalInt.empty();
        private KvCacheOptions kvCache = KvCacheOptions.DEFAULT;
        private OptionalInt contextLength = OptionalInt.empty();
        private OptionalInt maskTokenId = OptionalInt.empty();
        private OptionalInt blockSize = OptionalInt.empty();
        private Limits limits = Limits.DEFAULT;
        private Decoding decoding = Decoding.AUTO;
        private Lookup lookup = Lookup.AUTO;
        private WarmUp warmUp = WarmUp.NONE;
        private Consumer<LoadProgress> progress = stage -> {};

        private Builder(ModelSource model) {
            this.model = model;
        }

        public Builder hub(HubOptions options) {
            hub = Optional.of(options);
            return this;
        }

        public Builder draftModel(Path folder) {
            draftModel = Optional.of(folder);
            return this;
        }

        public Builder device(Device choice) {
            device = choice;
            return this;
        }

        public Builder deviceFallback(DeviceFallback choice) {
            deviceFallback = choice;
            return this;
        }

        public Builder weights(WeightFormat format) {
            weights = format;
            return this;
        }

        public Builder activations(Activations type) {
            activations = type;
            return this;
        }

        public Builder nativeKernels(NativeKernels choice) {
            nativeKernels = choice;
            return this;
        }

        public Builder threads(int count) {
            threads = OptionalInt.of(count);
            return this;
        }

        public Builder kvCache(KvCacheOptions memory) {
            kvCache = memory;
            return this;
        }

        public Builder contextLength(int tokens) {
            contextLength = OptionalInt.of(tokens);
            return this;
        }

        public Builder maskTokenId(int id) {
            maskTokenId = OptionalInt.of(id);
            return this;
        }

        public Builder blockSize(int rows) {
            blockSize = OptionalInt.of(rows);
            return this;
        }

        public Builder limits(Limits bounds) {
            limits = bounds;
            return this;
        }

        public Builder decoding(Decoding layout) {
            decoding = layout;
            return this;
        }

        public Builder lookup(Lookup choice) {
            lookup = choice;
            return this;
        }

        public Builder warmUp(WarmUp prompts) {
            warmUp = prompts;
            return this;
        }

        public Builder progress(Consumer<LoadProgress> listener) {
            progress = listener;
            return this;
        }

        public EngineOptions build() {
            return new EngineOptions(
                    model,
                    hub.orElseGet(() -> HubOptions.of(model instanceof HubModel ? System.getenv() : Map.of())),
                    draftModel,
                    device,
                    deviceFallback,
                    weights,
                    activations,
                    nativeKernels,
                    threads,
                    kvCache,
                    contextLength,
                    maskTokenId,
                    blockSize,
                    limits,
                    decoding,
                    lookup,
                    warmUp,
                    progress);
        }
    }
}
