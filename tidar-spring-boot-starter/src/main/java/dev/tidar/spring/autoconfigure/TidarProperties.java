package dev.tidar.spring.autoconfigure;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.WeightFormat;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the TiDAR engine and its chat model. The texts below are the help that an IDE shows for each key; the
 * processor that copies them takes the first parameter whose name begins alike, so {@code mode} stands before
 * {@code model}.
 *
 * @param mode Layout of the decode steps; changes speed, never tokens. Automatic measures at load and takes the
 *     fastest.
 * @param model Folder with config.json, tokenizer.json and the safetensors shards: a path, or a location that starts
 *     with "classpath:".
 * @param modelCache Folder into which a model inside an executable jar is unpacked, once for each content. A folder of
 *     this user under the temporary directory if not set.
 * @param device Device that computes. Automatic takes the fastest one that can be used; CUDA is refused by this
 *     version.
 * @param weights How the device holds the weights. Automatic keeps them as stored.
 * @param threads Threads of the CPU backend. One per available processor if not set.
 * @param contextLength Tokens of prompt and answer together. The model's own limit if not set.
 * @param maskTokenId Mask token of the model, where its config.json does not say.
 * @param blockSize Trained draft block of the model in rows, where its config.json does not say.
 * @param draftLength Rows in a draft block, the anchor included. The trained block of the model if not set.
 * @param outcomes Kept counts for which steps carry a group; only for mode single-pass. All of them if empty.
 * @param maxPromptCharacters Characters of a prompt at most, counted before any of it is tokenized.
 * @param kvCache Memory for keys and values.
 * @param queue Requests that wait.
 * @param chat Defaults of the chat model, for requests that leave an option unset.
 */
@ConfigurationProperties("tidar")
public record TidarProperties(
        @Nullable String model,
        @Nullable Path modelCache,
        @DefaultValue("auto") Device device,
        @DefaultValue("auto") WeightFormat weights,
        @Nullable Integer threads,
        @Nullable Integer contextLength,
        @Nullable Integer maskTokenId,
        @Nullable Integer blockSize,
        @DefaultValue("auto") DecodeMode mode,
        @Nullable Integer draftLength,
        @DefaultValue Set<Integer> outcomes,
        @DefaultValue("524288") int maxPromptCharacters,
        @DefaultValue KvCache kvCache,
        @DefaultValue Queue queue,
        @DefaultValue Chat chat) {

    public TidarProperties {
        Assert.isTrue(
                device != Device.CUDA,
                "tidar.device must be auto or cpu, but is cuda: this version has no CUDA backend");
        requirePositive("tidar.threads", threads);
        requirePositive("tidar.context-length", contextLength);
        requireInRange("tidar.mask-token-id", maskTokenId, 0, Integer.MAX_VALUE);
        requireInRange("tidar.block-size", blockSize, 2, Decoding.MAX_DRAFT_LENGTH);
        requireInRange("tidar.draft-length", draftLength, 2, Decoding.MAX_DRAFT_LENGTH);
        outcomes = Set.copyOf(outcomes);
        int mostKept = draftLength == null ? Decoding.MAX_DRAFT_LENGTH : draftLength;
        outcomes.forEach(kept -> requireInRange("tidar.outcomes", kept, 1, mostKept));
        Assert.isTrue(
                outcomes.isEmpty() || mode == DecodeMode.SINGLE_PASS,
                "tidar.outcomes must be empty unless tidar.mode is single-pass");
        requirePositive("tidar.max-prompt-characters", maxPromptCharacters);
    }

    /** Layout for requests that leave it open. */
    Decoding decoding() {
        return new Decoding(mode, draftLength == null ? OptionalInt.empty() : OptionalInt.of(draftLength), outcomes);
    }

    private static void requirePositive(String property, @Nullable Integer value) {
        Assert.isTrue(value == null || value > 0, () -> "%s must be positive, but is %d".formatted(property, value));
    }

    private static void requireInRange(String property, @Nullable Integer value, int from, int to) {
        Assert.isTrue(
                value == null || (value >= from && value <= to),
                () -> "%s must be in [%d, %d], but is %d".formatted(property, from, to, value));
    }

    /** Devices that can be asked for. */
    public enum Device {
        AUTO,
        CPU,
        CUDA
    }

    /**
     * Memory for keys and values.
     *
     * @param memory Memory set aside for keys and values at load. As much as one full context needs, within the heap,
     *     if not set.
     */
    public record KvCache(@Nullable DataSize memory) {
        public KvCache {
            Assert.isTrue(
                    memory == null || memory.toBytes() > 0,
                    () -> "tidar.kv-cache.memory must be positive, but is " + memory);
        }
    }

    /**
     * Requests that wait.
     *
     * @param maxRequests Requests that wait at most, behind the running one; further ones are refused at once.
     */
    public record Queue(@DefaultValue("64") int maxRequests) {
        public Queue {
            requirePositive("tidar.queue.max-requests", maxRequests);
        }
    }

    /**
     * Defaults of the chat model.
     *
     * @param temperature Divisor of the logits, 0 is greedy. The default of the checkpoint if not set: that of its
     *     generation_config.json if sampling is on there, otherwise 0.
     * @param maxTokens Tokens of an answer at most.
     * @param seed Seed of the noise, so that equal requests give equal answers. A new one for each request if not set.
     */
    public record Chat(
            @Nullable Double temperature,
            @DefaultValue("512") int maxTokens,
            @Nullable Long seed) {
        public Chat {
            Assert.isTrue(
                    temperature == null || temperature == 0 || (temperature >= 0.01 && temperature <= 100),
                    () -> "tidar.chat.temperature must be 0 or in [0.01, 100], but is " + temperature);
            requirePositive("tidar.chat.max-tokens", maxTokens);
        }
    }
}
