package dev.tidar.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One request. A request that exists has values in range; whether it fits the model is checked when it is submitted.
 *
 * @param prompt what to go on from
 * @param maxTokens tokens to emit at most; empty is up to the end of the context
 * @param temperature divisor of the logits, 0 is greedy; empty is the default of the model
 * @param seed seed of the noise; empty lets the engine choose one and report it
 * @param stopStrings texts that end the answer, without showing in it
 * @param ignoreStopIds whether stop ids are emitted like any other token and end nothing
 * @param decoding layout of the steps; empty is that of the engine
 * @param timeout how long it may take from its submission; what was emitted until then is the answer
 * @param cacheSalt only requests with the same salt share cached prefixes; set it from whom you have authenticated,
 *     never from what a caller sends. Up to {@value #MAX_SALT_LENGTH} visible ASCII characters; empty is one salt for
 *     all
 */
public record GenerationRequest(
        Prompt prompt,
        OptionalInt maxTokens,
        OptionalDouble temperature,
        OptionalLong seed,
        List<String> stopStrings,
        boolean ignoreStopIds,
        Optional<Decoding> decoding,
        Optional<Duration> timeout,
        Optional<String> cacheSalt) {

    /** Longest cache salt in characters. */
    public static final int MAX_SALT_LENGTH = 128;

    /** Most stop strings of one request, and characters of one. */
    public static final int MAX_STOP_STRINGS = 16;

    public static final int MAX_STOP_STRING_LENGTH = 256;

    public GenerationRequest {
        Objects.requireNonNull(prompt, "prompt");
        stopStrings = List.copyOf(stopStrings);
        if (maxTokens.isPresent() && maxTokens.getAsInt() < 1) {
            throw new InvalidRequestException("max tokens must be at least 1, but is " + maxTokens.getAsInt());
        }
        if (temperature.isPresent()) {
            double t = temperature.getAsDouble();
            if (!(t == 0 || (t >= 0.01 && t <= 100))) {
                throw new InvalidRequestException("temperature must be 0 or in [0.01, 100], but is " + t);
            }
        }
        if (timeout.isPresent() && (timeout.get().isNegative() || timeout.get().isZero())) {
            throw new InvalidRequestException("timeout must be positive, but is " + timeout.get());
        }
        cacheSalt.ifPresent(GenerationRequest::requireSalt);
        if (stopStrings.size() > MAX_STOP_STRINGS) {
            throw new InvalidRequestException(
                    "stop strings must be at most %d, but are %d".formatted(MAX_STOP_STRINGS, stopStrings.size()));
        }
        for (String stop : stopStrings) {
            if (stop.isEmpty() || stop.length() > MAX_STOP_STRING_LENGTH) {
                throw new InvalidRequestException("a stop string must have 1 to %d characters, but one has %d"
                        .formatted(MAX_STOP_STRING_LENGTH, stop.length()));
            }
        }
    }

    private static void requireSalt(String salt) {
        boolean visible = salt.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (salt.isEmpty() || salt.length() > MAX_SALT_LENGTH || !visible) {
            throw new InvalidRequestException("a cache salt must have 1 to %d visible ASCII characters, but has %d%s"
                    .formatted(MAX_SALT_LENGTH, salt.length(), visible ? "" : ", not all of them visible ASCII"));
        }
    }

    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /** Collects the options of a request; {@link #build} checks them. */
    public static final class Builder {
        private final Prompt prompt;
        private OptionalInt maxTokens = OptionalInt.empty();
        private OptionalDouble temperature = OptionalDouble.empty();
        private OptionalLong seed = OptionalLong.empty();
        private List<String> stopStrings = List.of();
        private boolean ignoreStopIds;
        private Optional<Decoding> decoding = Optional.empty();
        private Optional<Duration> timeout = Optional.empty();
        private Optional<String> cacheSalt = Optional.empty();

        private Builder(Prompt prompt) {
            this.prompt = prompt;
        }

        public Builder maxTokens(int tokens) {
            maxTokens = OptionalInt.of(tokens);
            return this;
        }

        public Builder temperature(double divisor) {
            temperature = OptionalDouble.of(divisor);
            return this;
        }

        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        public Builder stopStrings(List<String> texts) {
            stopStrings = texts;
            return this;
        }

        public Builder ignoreStopIds(boolean ignore) {
            ignoreStopIds = ignore;
            return this;
        }

        public Builder decoding(Decoding layout) {
            decoding = Optional.of(layout);
            return this;
        }

        public Builder timeout(Duration time) {
            timeout = Optional.of(time);
            return this;
        }

        public Builder cacheSalt(String salt) {
            cacheSalt = Optional.of(salt);
            return this;
        }

        public GenerationRequest build() {
            return new GenerationRequest(
                    prompt, maxTokens, temperature, seed, stopStrings, ignoreStopIds, decoding, timeout, cacheSalt);
        }
    }
}
