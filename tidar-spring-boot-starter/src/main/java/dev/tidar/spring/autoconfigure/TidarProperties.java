package dev.tidar.spring.autoconfigure;

import dev.tidar.api.Activations;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Lookup;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.WeightFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the TiDAR engine and its chat model. The texts below are the help that an IDE shows for each key, except
 * where the name of a key begins that of another one: the metadata processor mixes those up, so their help is in
 * {@code additional-spring-configuration-metadata.json}.
 *
 * @param model Folder with config.json, tokenizer.json and the safetensors shards: a path, or a location that starts
 *     with "classpath:"; or a model by name, as in "hf:organization/name@revision", which is downloaded.
 * @param modelCache Folder into which a model inside an executable jar is unpacked, once for each content. A folder of
 *     this user under the temporary directory if not set.
 * @param hub How a model by name is found and downloaded.
 * @param draftModel Folder of a second, smaller model with the same tokenizer that drafts for the first: a path, or a
 *     location that starts with "classpath:". None if not set.
 * @param device Device that computes: auto, cpu, cuda, or cuda:1 for the second GPU. Automatic takes the first GPU that
 *     can be used, else the CPU.
 * @param deviceFallback What to do when a GPU that is asked for cannot be used, or fails while it serves.
 * @param weights How the device holds the weights. Automatic keeps them as stored.
 * @param nativeKernels Whether the CPU may compute with the native library of tidar-kernels: auto, or off for Java
 *     alone.
 * @param cpu How the CPU computes.
 * @param threads Threads of the CPU backend. One per available processor if not set.
 * @param contextLength Tokens of prompt and answer together. The model's own limit if not set.
 * @param maskTokenId Mask token of the model, where its config.json does not say.
 * @param blockSize Trained draft block of the model in rows, where its config.json does not say.
 * @param mode Layout of the decode steps; changes speed, never tokens. Automatic measures at load and takes the
 *     fastest.
 * @param draftLength Rows in a draft block, the anchor included. The trained block of the model if not set, or 5 in
 *     mode draft-model.
 * @param outcomes Kept counts for which steps carry a group; only for mode single-pass. None of them if empty, so that
 *     steps that draft and steps that verify alternate; all of them if not set.
 * @param groups Mask rows of each group; only for mode single-pass. Automatic leaves out slot 0 where the checkpoint
 *     declares that it can.
 * @param beta Trust in the verify rows, 0 to 1, for requests that choose no mode. Below 1 is lossy and needs mode
 *     single-pass.
 * @param lookup Whether requests in mode auto also verify drafts from their own text, which is fast where an answer
 *     repeats its prompt: auto, or off.
 * @param loadMode When the model is loaded: before the application has started, or while it runs.
 * @param warmUp What is computed at the end of loading, before requests are taken.
 * @param kvCache Memory for keys and values.
 * @param prefixCache Keys and values that are kept for prompts with the same beginning.
 * @param batch Requests that are decoded together.
 * @param queue Requests that wait.
 * @param limits What a single request may ask for.
 * @param watchdog Forwards that take too long.
 * @param shutdown Requests that still run when the application ends.
 * @param chat Defaults of the chat model, for requests that leave an option unset.
 */
@ConfigurationProperties("tidar")
public record TidarProperties(
        @Nullable String model,
        @Nullable Path modelCache,
        @NestedConfigurationProperty @DefaultValue TidarHubProperties hub,
        @Nullable String draftModel,
        @DefaultValue("auto") Device device,
        @DefaultValue("fail") DeviceFallback deviceFallback,
        @DefaultValue("auto") WeightFormat weights,
        @Name("native") @DefaultValue("auto") NativeKernels nativeKernels,
        @DefaultValue Cpu cpu,
        @Nullable Integer threads,
        @Nullable Integer contextLength,
        @Nullable Integer maskTokenId,
        @Nullable Integer blockSize,
        @DefaultValue("auto") DecodeMode mode,
        @Nullable Integer draftLength,
        @Nullable Set<Integer> outcomes,
        @DefaultValue("auto") Groups groups,
        @DefaultValue("1") double beta,
        @DefaultValue("auto") Lookup lookup,
        @DefaultValue("eager") LoadMode loadMode,
        @NestedConfigurationProperty @DefaultValue TidarWarmUpProperties warmUp,
        @DefaultValue KvCache kvCache,
        @DefaultValue PrefixCache prefixCache,
        @DefaultValue Batch batch,
        @DefaultValue Queue queue,
        @DefaultValue Limits limits,
        @DefaultValue Watchdog watchdog,
        @DefaultValue Shutdown shutdown,
        @NestedConfigurationProperty @DefaultValue TidarChatProperties chat) {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    private static final Duration LONGEST = Duration.ofDays(365);

    public TidarProperties {
        requirePositive("tidar.threads", threads);
        if (threads != null && threads > EngineOptions.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "tidar.threads must be at most %d, but is %d".formatted(EngineOptions.MAX_THREADS, threads));
        }
        requirePositive("tidar.context-length", contextLength);
        requireInRange("tidar.mask-token-id", maskTokenId, 0, Integer.MAX_VALUE);
        requireInRange("tidar.block-size", blockSize, 2, Decoding.MAX_DRAFT_LENGTH);
        outcomes = outcomes == null ? null : Set.copyOf(outcomes);
        try {
            decoding(mode, draftLength, outcomes, groups, beta);
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("tidar." + e.getMessage());
        }
        Assert.isTrue(
                StringUtils.hasText(draftModel) || mode != DecodeMode.DRAFT_MODEL,
                "tidar.mode must not be draft-model unless tidar.draft-model is set");
        Assert.isTrue(
                outcomes == null || mode == DecodeMode.SINGLE_PASS,
                "tidar.outcomes must not be set unless tidar.mode is single-pass");
        Assert.isTrue(
                groups == Groups.AUTO || mode == DecodeMode.SINGLE_PASS,
                "tidar.groups must be auto unless tidar.mode is single-pass");
        Assert.isTrue(
                beta == 1 || mode == DecodeMode.SINGLE_PASS && outcomes == null,
                "tidar.beta must be 1 unless tidar.mode is single-pass with all outcomes");
        chat.check();
        requireInRange("tidar.chat.max-tokens", chat.maxTokens(), 1, limits.newTokens());
    }

    /** Layout for requests that leave it open. */
    Decoding decoding() {
        return decoding(mode, draftLength, outcomes, groups, beta);
    }

    private static Decoding decoding(
            DecodeMode mode,
            @Nullable Integer draftLength,
            @Nullable Set<Integer> outcomes,
            Groups groups,
            double beta) {
        return new Decoding(
                mode,
                draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength),
                Optional.ofNullable(outcomes),
                groups,
                beta);
    }

    private static void requirePositive(String property, @Nullable Integer value) {
        Assert.isTrue(value == null || value > 0, () -> "%s must be positive, but is %d".formatted(property, value));
    }

    static void requireTime(String property, @Nullable Duration value) {
        if (value != null && (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "%s must be in [1ms, 365d], but is %s".formatted(property, DurationStyle.SIMPLE.print(value)));
        }
    }

    static void requireInRange(String property, @Nullable Integer value, int from, int to) {
        Assert.isTrue(
                value == null || (value >= from && value <= to),
                () -> "%s must be in [%d, %d], but is %d".formatted(property, from, to, value));
    }

    /**
     * How the CPU computes.
     *
     * @param activations What int8 weights are multiplied by: int8 is faster with native kernels, float more precise.
     *     Automatic is int8 with native kernels, else float.
     */
    public record Cpu(@DefaultValue("auto") Activations activations) {}

    /** When the model is loaded. */
    public enum LoadMode {
        /** Before the application has started; a model that cannot be loaded ends the start. */
        EAGER,
        /** After the application has started; until then requests are rejected as transient. */
        BACKGROUND
    }

    /**
     * Memory for keys and values.
     *
     * @param memory Memory set aside for keys and values at load; those of a draft model come in addition. A part of
     *     what the device has free if not set.
     * @param type Element type of keys and values. With bf16 they take half the memory and are rounded.
     */
    public record KvCache(
            @Nullable DataSize memory, @DefaultValue("f32") KvCacheOptions.Type type) {
        public KvCache {
            Assert.isTrue(
                    memory == null || memory.toBytes() > 0,
                    () -> "tidar.kv-cache.memory must be positive, but is " + memory);
        }
    }

    /**
     * Keys and values that are kept for prompts with the same beginning.
     *
     * @param enabled Whether keys and values of ended requests are kept for prompts with the same beginning.
     * @param expireAfter Time after which keys and values that no request used are dropped.
     * @param reportHits Whether responses report how many tokens of the prompt were found. Where callers share a salt,
     *     one of them can learn from that what another one sent.
     */
    public record PrefixCache(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1h") Duration expireAfter,
            @DefaultValue("true") boolean reportHits) {
        public PrefixCache {
            requireTime("tidar.prefix-cache.expire-after", expireAfter);
        }
    }

    /**
     * Requests that are decoded together.
     *
     * @param maxSequences Requests that are decoded together at most.
     * @param prefillChunk Prompt rows of one forward at most. 512 on a GPU and 64 elsewhere if not set.
     * @param maxStep Time that prompt rows may add to a forward while other requests wait for their next token.
     */
    public record Batch(
            @DefaultValue("16") int maxSequences,
            @Nullable Integer prefillChunk,
            @DefaultValue("50ms") Duration maxStep) {
        public Batch {
            requireInRange("tidar.batch.max-sequences", maxSequences, 1, dev.tidar.api.Limits.MAX_RUNNING);
            requireInRange("tidar.batch.prefill-chunk", prefillChunk, 1, dev.tidar.api.Limits.LONGEST_CHUNK);
            requireTime("tidar.batch.max-step", maxStep);
        }
    }

    /**
     * Requests that wait.
     *
     * @param maxRequests Requests that may wait for their turn; further ones are rejected at once.
     * @param maxWait Time that a request may wait for its turn.
     */
    public record Queue(
            @DefaultValue("64") int maxRequests,
            @DefaultValue("1m") Duration maxWait) {
        public Queue {
            requirePositive("tidar.queue.max-requests", maxRequests);
            requireTime("tidar.queue.max-wait", maxWait);
        }
    }

    /**
     * What a single request may ask for.
     *
     * @param maxPromptCharacters Characters of a prompt at most, counted before any of it is tokenized.
     * @param maxPromptTokens Tokens of a prompt at most. As many as the context has room for if not set.
     * @param maxNewTokens Tokens that a request may ask for. As many as the context has room for if not set.
     * @param maxRequestTime Time that a request may take from its submission; what was emitted until then is its
     *     answer. No limit if not set.
     */
    public record Limits(
            @DefaultValue("524288") int maxPromptCharacters,
            @Nullable Integer maxPromptTokens,
            @Nullable Integer maxNewTokens,
            @Nullable Duration maxRequestTime) {
        public Limits {
            requirePositive("tidar.limits.max-prompt-characters", maxPromptCharacters);
            requirePositive("tidar.limits.max-prompt-tokens", maxPromptTokens);
            requirePositive("tidar.limits.max-new-tokens", maxNewTokens);
            requireTime("tidar.limits.max-request-time", maxRequestTime);
        }

        private int newTokens() {
            return maxNewTokens == null ? Integer.MAX_VALUE : maxNewTokens;
        }
    }

    /**
     * Forwards that take too long.
     *
     * @param warnAfter Time after which a forward is logged with a thread dump.
     * @param failAfter Time after which a forward is given up, which ends the engine: the device hangs.
     */
    public record Watchdog(
            @DefaultValue("30s") Duration warnAfter,
            @DefaultValue("5m") Duration failAfter) {
        public Watchdog {
            requireTime("tidar.watchdog.warn-after", warnAfter);
            requireTime("tidar.watchdog.fail-after", failAfter);
            Assert.isTrue(
                    failAfter.compareTo(warnAfter) >= 0,
                    () ->
                            "tidar.watchdog.fail-after must not be below tidar.watchdog.warn-after, which is %s, but is %s"
                                    .formatted(
                                            DurationStyle.SIMPLE.print(warnAfter),
                                            DurationStyle.SIMPLE.print(failAfter)));
        }
    }

    /**
     * Requests that still run when the application ends.
     *
     * @param drainTime Time that requests have to end by themselves when the application ends, after which the engine
     *     ends them. A large part of "spring.lifecycle.timeout-per-shutdown-phase" if not set, and never more.
     */
    public record Shutdown(@Nullable Duration drainTime) {
        public Shutdown {
            requireTime("tidar.shutdown.drain-time", drainTime);
        }
    }
}
