package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.Activations;
import dev.tidar.api.Device;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.WeightFormat;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that all commands share: which model, and how the engine loads it. */
final class ModelFlags {

    @Mixin
    private ModelPlace place = new ModelPlace();

    @Option(
            names = "--draft-model",
            paramLabel = "DIR",
            description = "Folder of a second, smaller model with the same tokenizer that drafts. Default: none.")
    private @Nullable Path draftModel;

    @Option(
            names = "--weights",
            paramLabel = "FORMAT",
            defaultValue = "auto",
            converter = Choices.Weights.class,
            description = "auto (as stored), f32, bf16 or int8. Default: auto.")
    private WeightFormat weights = WeightFormat.AUTO;

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            defaultValue = "auto",
            converter = Choices.ActivationType.class,
            description =
                    "What the CPU multiplies int8 weights by: auto (int8 with native kernels, else float), int8 or "
                            + "float. Default: auto.")
    private Activations activations = Activations.AUTO;

    @Option(
            names = "--native",
            paramLabel = "WHETHER",
            defaultValue = "auto",
            converter = Choices.Native.class,
            description = "auto or off: whether the CPU may compute with the native library. Default: auto.")
    private NativeKernels nativeKernels = NativeKernels.AUTO;

    @Option(
            names = "--lookup",
            paramLabel = "WHETHER",
            defaultValue = "auto",
            converter = Choices.LookupChoice.class,
            description =
                    "auto or off: whether requests in mode auto also verify drafts from their own text. Default: auto.")
    private Lookup lookup = Lookup.AUTO;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            converter = Choices.DeviceName.class,
            description = "auto (the first GPU that can be used, else the CPU), cuda, cuda:1 or cpu. Default: auto.")
    private Device device = Device.AUTO;

    @Option(
            names = "--device-fallback",
            paramLabel = "WHAT",
            defaultValue = "fail",
            converter = Choices.Fallback.class,
            description = "fail or cpu: what to do when a GPU that is asked for cannot be used. Default: fail.")
    private DeviceFallback deviceFallback = DeviceFallback.FAIL;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Choices.Positive.class,
            description = "Threads that compute. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(
            names = "--context-length",
            paramLabel = "N",
            converter = Choices.Positive.class,
            description = "Tokens of prompt and answer together. Default: the model's own limit.")
    private @Nullable Integer contextLength;

    @Option(
            names = "--mask-token-id",
            paramLabel = "ID",
            converter = Choices.TokenId.class,
            description = "Mask token, where config.json has none.")
    private @Nullable Integer maskTokenId;

    @Option(
            names = "--block-size",
            paramLabel = "K",
            converter = Choices.DraftLength.class,
            description = "Trained draft block in rows, where config.json has none.")
    private @Nullable Integer blockSize;

    @Option(
            names = "--kv-memory",
            paramLabel = "SIZE",
            converter = Choices.Size.class,
            description = "Memory for keys and values: bytes, or a number with KB, MB or GB of 1024 each. "
                    + "Default: a part of what the device has free.")
    private @Nullable Long kvMemory;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "f32",
            converter = Choices.KvType.class,
            description = "Element type of keys and values: f32 or bf16. Default: f32.")
    private KvCacheOptions.Type kvType = KvCacheOptions.Type.F32;

    @Option(
            names = "--prefill-chunk",
            paramLabel = "N",
            converter = Choices.PrefillChunk.class,
            description = "Prompt rows of one forward at most. Default: 512 on a GPU, 64 elsewhere.")
    private @Nullable Integer prefillChunk;

    /** Loads the model with these limits and a change of its KV memory. The caller closes the engine. */
    TidarEngine load(Limits limits, UnaryOperator<KvCacheOptions> change) {
        return TidarEngine.load(
                options().limits(limits).kvCache(change.apply(kvCache())).build());
    }

    /** The limits of the engine that flags set. */
    Limits.Builder limits() {
        Limits.Builder limits = Limits.builder();
        given(prefillChunk).ifPresent(limits::prefillChunk);
        return limits;
    }

    private KvCacheOptions kvCache() {
        KvCacheOptions kv = KvCacheOptions.DEFAULT.withType(kvType);
        return kvMemory == null ? kv : kv.withBytes(kvMemory);
    }

    /** The folder of the model; one by name is downloaded if it has to be. */
    Path folder() {
        return place.folder();
    }

    private EngineOptions.Builder options() {
        EngineOptions.Builder options = place.options()
                .device(device)
                .deviceFallback(deviceFallback)
                .weights(weights)
                .activations(activations)
                .nativeKernels(nativeKernels)
                .lookup(lookup);
        Optional.ofNullable(draftModel).ifPresent(options::draftModel);
        given(threads).ifPresent(options::threads);
        given(contextLength).ifPresent(options::contextLength);
        given(maskTokenId).ifPresent(options::maskTokenId);
        given(blockSize).ifPresent(options::blockSize);
        return options;
    }

    private static OptionalInt given(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
