package dev.tidar.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One request. A request that exists has values in range; whether it fits the model is checked when it is submitted.
 *
 * @param prompt what to go on from
 * @param maxTokens tokens to emit at most, at least 1; empty is up to the end of the context, which ends a longer
 *     answer as well
 * @param minTokens tokens to emit at least, unless the context ends: no stop id is sampled and no stop string looked
 *     for before
 * @param sampling how tokens are sampled
 * @param logProbs how many most likely tokens are told with each emitted token and its log-probability, 0 to
 *     {@value LogProbs#MOST}; empty tells none
 * @param stopStrings texts that end the answer, without showing in it
 * @param stopIds tokens that end the answer, besides those of the model
 * @param ignoreStopIds whether stop ids of the model are emitted like any other token and end nothing
 * @param format what the answer keeps to; empty is any text. It is never cut off in the middle: where the tokens run
 *     short, it is led to its end
 * @param decoding layout of the steps; empty is that of the engine
 * @param timeout how long it may take from its submission; what was emitted until then is the answer
 * @param cacheSalt only requests with the same salt share cached prefixes; set it from whom you have authenticated,
 *     never from what a caller sends. Up to {@value #MAX_SALT_LENGTH} visible ASCII characters; empty is one salt for
 *     all
 */
public record GenerationRequest(
        Prompt prompt,
        OptionalInt maxTokens,
        int minTokens,
        Sampling sampling,
        OptionalInt logProbs,
        List<String> stopStrings,
        Set<Integer> stopIds,
        boolean ignoreStopIds,
        Optional<AnswerFormat> format,
        Optional<Decoding> decoding,
        Optional<Duration> timeout,
        Optional<String> cacheSalt) {

    /** Longest cache salt in characters. */
    public static final int MAX_SALT_LENGTH = 128;

    /** Most stop strings of one request, and characters of one. */
    public static final int MAX_STOP_STRINGS = 16;

    public static final int MAX_STOP_STRING_LENGTH = 256;

    /** Most stop ids of one request. */
    public static final int MAX_STOP_IDS = 256;

    public GenerationRequest {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(sampling, "sampling");
        stopStrings = List.copyOf(stopStrings);
        stopIds = Set.copyOf(stopIds);
        if (maxTokens.isPresent() && maxTokens.getAsInt() < 1) {
            throw new InvalidRequestException("max tokens must be at least 1, but is " + maxTokens.getAsInt());
        }
        int longest = maxTokens.orElse(Integer.MAX_VALUE);
        if (minTokens < 0 || minTokens > longest) {
            throw new InvalidRequestException(
                    "min tokens must be in [0, max tokens = %d], but is %d".formatted(longest, minTokens));
        }
        if (logProbs.orElse(0) < 0 || logProbs.orElse(0) > LogProbs.MAX) {
            throw new InvalidRequestException("log-probabilities must be of 0 to %d tokens, but are of %d"
                    .formatted(LogProbs.MAX, logProbs.getAsInt()));
        }
        if (stopIds.size() > MAX_STOP_IDS) {
            throw new InvalidRequestException(
                    "stop ids must be at most %d, but are %d".formatted(MAX_STOP_IDS, stopIds.size()));
        }
        if (timeout.isPresent() && (timeout.get().isNegative() || timeout.get().isZero())) {
            throw new InvalidRequestException("timeout must be positive, but is " + timeout.get());
        }
        cacheSalt.ifPresent(GenerationRequest::requireSalt);
        if (format.isPresent() && ignoreStopIds) {
            throw new InvalidRequestException(
                    "an answer format needs the stop ids of the model: unset ignore-eos, or the format");
        }
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

    /** Temperature of {@link #sampling}. */
    public OptionalDouble temperature() {
        return sampling.temperature();
    }

    /** Seed of {@link #sampling}. */
    public OptionalLong seed() {
        return sampling.seed();
    }

    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /** Collects the options of a request; {@link #build} checks them. */
    public static final class Builder {
        private final Prompt prompt;
        private OptionalInt maxTokens = OptionalInt.empty();
        private int minTokens;
        private Sampling sampling = Sampling.DEFAULT;
        private OptionalInt logProbs = OptionalInt.empty();
        private List<String> stopStrings = List.of();
        private Set<Integer> stopIds = Set.of();
        private boolean ignoreStopIds;
        private Optional<AnswerFormat> format = Optional.empty();
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

        public Builder minTokens(int tokens) {
            minTokens = tokens;
            return this;
        }

        /** All of sampling, in place of what was set before. */
        public Builder sampling(Sampling values) {
            sampling = values;
            return this;
        }

        /** The temperature of {@link #sampling}. */
        public Builder temperature(double divisor) {
            sampling = sampling.toBuilder().temperature(divisor).build();
            return this;
        }

        /** The seed of {@link #sampling}. */
        public Builder seed(long value) {
            sampling = sampling.toBuilder().seed(value).build();
            return this;
        }

        public Builder logProbs(int top) {
            logProbs = OptionalInt.of(top);
            return this;
        }

        public Builder stopIds(Set<Integer> tokenIds) {
            stopIds = tokenIds;
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

        public Builder format(AnswerFormat shape) {
            format = Optional.of(shape);
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
                    prompt,
                    maxTokens,
                    minTokens,
                    sampling,
                    logProbs,
                    stopStrings,
                    stopIds,
                    ignoreStopIds,
                    format,
                    decoding,
                    timeout,
                    cacheSalt);
        }
    }
}
