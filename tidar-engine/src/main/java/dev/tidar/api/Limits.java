package dev.tidar.api;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What bounds the work of an engine. Values are in range once built; a time of more than 292 years counts as 292 years.
 *
 * @param maxRunning requests that are decoded together at most
 * @param maxQueued requests that may wait; further ones are rejected at once
 * @param maxQueueWait how long a request may wait for its turn
 * @param maxRequestTime how long a request may take from its submission; empty is no limit
 * @param maxPromptCharacters characters of a prompt at most, counted before any of it is tokenized
 * @param maxPromptTokens tokens of a prompt at most; empty is what the context has room for
 * @param maxNewTokens tokens that a request may ask for; empty is what the context has room for
 * @param prefillChunk prompt rows of one forward at most; empty is what suits the device, 512 on a GPU and 64 elsewhere
 * @param maxStep how much longer prompt rows may make a forward while others wait for their next token
 * @param stallWarning a forward that takes longer is logged with a thread dump
 * @param stallLimit a forward that takes longer ends the engine
 */
public record Limits(
        int maxRunning,
        int maxQueued,
        Duration maxQueueWait,
        Optional<Duration> maxRequestTime,
        int maxPromptCharacters,
        OptionalInt maxPromptTokens,
        OptionalInt maxNewTokens,
        OptionalInt prefillChunk,
        Duration maxStep,
        Duration stallWarning,
        Duration stallLimit) {

    /** Requests that one engine decodes together at most. */
    public static final int MAX_RUNNING = 256;

    /** Rows of a prefill chunk at most. */
    public static final int LONGEST_CHUNK = 4096;

    public static final Limits DEFAULT = builder().build();

    public Limits {
        requireInRange("max running requests", maxRunning, MAX_RUNNING);
        requireInRange("max queued requests", maxQueued, Integer.MAX_VALUE);
        maxQueueWait = positive("max queue wait", maxQueueWait);
        maxRequestTime = maxRequestTime.map(time -> positive("max request time", time));
        requireInRange("max prompt characters", maxPromptCharacters, Integer.MAX_VALUE);
        requireInRange("max prompt tokens", maxPromptTokens.orElse(1), Integer.MAX_VALUE);
        requireInRange("max new tokens", maxNewTokens.orElse(1), Integer.MAX_VALUE);
        requireInRange("prefill chunk", prefillChunk.orElse(1), LONGEST_CHUNK);
        maxStep = positive("max step", maxStep);
        stallWarning = positive("stall warning", stallWarning);
        if (stallLimit.compareTo(stallWarning) < 0) {
            throw new IllegalArgumentException("stall limit must not be below the stall warning of %s, but is %s"
                    .formatted(stallWarning, stallLimit));
        }
        stallLimit = Durations.saturated(stallLimit);
    }

    private static void requireInRange(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException("%s must be in [1, %d], but is %d".formatted(name, max, value));
        }
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s must be positive, but is %s".formatted(name, value));
        }
        return Durations.saturated(value);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects limits; {@link #build} checks them. */
    public static final class Builder {
        private int maxRunning = 16;
        private int maxQueued = 64;
        private Duration maxQueueWait = Duration.ofMinutes(1);
        private Optional<Duration> maxRequestTime = Optional.empty();
        private int maxPromptCharacters = 1 << 19;
        private OptionalInt maxPromptTokens = OptionalInt.empty();
        private OptionalInt maxNewTokens = OptionalInt.empty();
        private OptionalInt prefillChunk = OptionalInt.empty();
        private Duration maxStep = Duration.ofMillis(50);
        private Duration stallWarning = Duration.ofSeconds(30);
        private Duration stallLimit = Duration.ofMinutes(5);

        private Builder() {}

        public Builder maxRunning(int requests) {
            maxRunning = requests;
            return this;
        }

        public Builder maxQueued(int requests) {
            maxQueued = requests;
            return this;
        }

        public Builder maxQueueWait(Duration time) {
            maxQueueWait = time;
            return this;
        }

        public Builder maxRequestTime(Duration time) {
            maxRequestTime = Optional.of(time);
            return this;
        }

        public Builder maxPromptCharacters(int characters) {
            maxPromptCharacters = characters;
            return this;
        }

        public Builder maxPromptTokens(int tokens) {
            maxPromptTokens = OptionalInt.of(tokens);
            return this;
        }

        public Builder maxNewTokens(int tokens) {
            maxNewTokens = OptionalInt.of(tokens);
            return this;
        }

        public Builder prefillChunk(int rows) {
            prefillChunk = OptionalInt.of(rows);
            return this;
        }

        public Builder maxStep(Duration time) {
            maxStep = time;
            return this;
        }

        public Builder stallWarning(Duration time) {
            stallWarning = time;
            return this;
        }

        public Builder stallLimit(Duration time) {
            stallLimit = time;
            return this;
        }

        public Limits build() {
            return new Limits(
                    maxRunning,
                    maxQueued,
                    maxQueueWait,
                    maxRequestTime,
                    maxPromptCharacters,
                    maxPromptTokens,
                    maxNewTokens,
                    prefillChunk,
                    maxStep,
                    stallWarning,
                    stallLimit);
        }
    }
}
