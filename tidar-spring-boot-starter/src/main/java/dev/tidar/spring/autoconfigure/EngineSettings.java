package dev.tidar.spring.autoconfigure;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.HubModel;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.ModelSource;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Converts the properties to the options of the engine.
 *
 * @param properties the properties, which were checked when they were bound
 */
record EngineSettings(TidarProperties properties) {

    /** @param draftModel folder of the draft model; empty for none */
    EngineOptions options(ModelSource model, Optional<Path> draftModel) {
        var options = EngineOptions.builder(model)
                .device(properties.device())
                .deviceFallback(properties.deviceFallback())
                .weights(properties.weights())
                .nativeKernels(properties.nativeKernels())
                .activations(properties.cpu().activations())
                .kvCache(kvCache())
                .limits(limits())
                .decoding(properties.decoding())
                .lookup(properties.lookup())
                .warmUp(properties.warmUp().warmUp())
                .progress(new LoadProgressLog());
        if (model instanceof HubModel) {
            options.hub(properties.hub().options(System.getenv()));
        }
        draftModel.ifPresent(options::draftModel);
        ifSet(properties.threads(), options::threads);
        ifSet(properties.contextLength(), options::contextLength);
        ifSet(properties.maskTokenId(), options::maskTokenId);
        ifSet(properties.blockSize(), options::blockSize);
        return options.build();
    }

    private KvCacheOptions kvCache() {
        var memory = properties.kvCache().memory();
        return new KvCacheOptions(
                memory == null ? OptionalLong.empty() : OptionalLong.of(memory.toBytes()),
                properties.kvCache().type(),
                properties.prefixCache().enabled(),
                properties.prefixCache().expireAfter());
    }

    private Limits limits() {
        var batch = properties.batch();
        var single = properties.limits();
        var limits = Limits.builder()
                .maxRunning(batch.maxSequences())
                .maxStep(batch.maxStep())
                .maxQueued(properties.queue().maxRequests())
                .maxQueueWait(properties.queue().maxWait())
                .maxPromptCharacters(single.maxPromptCharacters())
                .stallWarning(properties.watchdog().warnAfter())
                .stallLimit(properties.watchdog().failAfter());
        ifSet(batch.prefillChunk(), limits::prefillChunk);
        ifSet(single.maxPromptTokens(), limits::maxPromptTokens);
        ifSet(single.maxNewTokens(), limits::maxNewTokens);
        ifPresent(single.maxRequestTime(), limits::maxRequestTime);
        return limits.build();
    }

    private static void ifSet(@Nullable Integer value, IntConsumer option) {
        if (value != null) {
            option.accept(value);
        }
    }

    private static <T> void ifPresent(@Nullable T value, Consumer<T> option) {
        if (value != null) {
            option.accept(value);
        }
    }
}
