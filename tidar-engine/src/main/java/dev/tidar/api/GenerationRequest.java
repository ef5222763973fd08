package dev.tidar.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * One request. A request that exists has values in range; whether it fits the model is checked when it is submitted.
 *
 * @param prompt what the answer follows
 * @param maxTokens tokens to emit at most, at least 1; empty is up to the end of the context, which ends a longer
 *     answer as well
 * @param minTokens tokens to emit at least, unless the context ends: no stop id is sampled and no stop string is looked
 *     for before
 * @param sampling how tokens are sampled
 * @param logProbs how many most likely tokens are reported with each emitted token and its log-probability, 0 to
 *     {@value LogProbs#MAX}; empty reports none
 * @param stopStrings texts that end the answer, without showing in it
 * @param stopIds tokens that end the answer, besides those of the model
 * @param ignoreStopIds whether stop ids of the model are emitted like any other token and end nothing
 * @param format what the answer keeps to; empty is any text. It is never cut off in the middle: where the tokens run
 *     short, it is led to its end, and {@link GenerationResult#closedByLimit} says from where on
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

    /** Length of a cache salt at most, in characters. */
    public static final int MAX_SALT_LENGTH = 128;

    /** Stop strings of a request at most. */
    public static final int MAX_STOP_STRINGS = 16;

    /** Length of a stop string at most, in characters. */
    public static final int MAX_STOP_STRING_LENGTH = 256;

    /** Stop ids of a request at most. */
    public static final int MAX_STOP_IDS = 256;

    public GenerationRequest {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(sampling, "sampling");
        stopStrings = List.copyOf(stopStrings);
        stopIds = Set.copyOf(stopIds);
        maxTokens.ifPresent(RequestOption.MAX_TOKENS::check);
        RequestOption.MIN_TOKENS.check(minTokens);
        logProbs.ifPresent(RequestOption.LOG_PROBS::check);
        RequestOption.STOP.check(stopStrings);
        RequestOption.STOP_IDS.check(stopIds);
        timeout.ifPresent(RequestOption.TIMEOUT::check);
        timeout = timeout.map(Durations::saturated);
        cacheSalt.ifPresent(RequestOption.CACHE_SALT::check);
        int max = maxTokens.orElse(Integer.MAX_VALUE);
        if (minTokens > max) {
            throw new InvalidRequestException(
                    "min-tokens must be in [0, max-tokens = %d], but is %d".formatted(max, minTokens));
        }
        if (format.isPresent() && ignoreStopIds) {
            throw new InvalidRequestException(
                    "ignore-eos must be false for an answer with a format, which ends at a stop id of the model");
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

    /** A builder that has all that this request has. */
    public Builder toBuilder() {
        var builder = new Builder(prompt);
        builder.maxTokens = maxTokens;
        builder.minTokens = minTokens;
        builder.sampling = sampling;
        builder.logProbs = logProbs;
        builder.stopStrings = stopStrings;
        builder.stopIds = stopIds;
        builder.ignoreStopIds = ignoreStopIds;
        builder.format = format;
        builder.decoding = decoding;
        builder.timeout = timeout;
        builder.cacheSalt = cacheSalt;
        return builder;
    }

    /** Collects the options of a request; {@link #build} checks them. */
    public static final class Builder {
        private Prompt prompt;
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
            return sampling(values -> values.temperature(divisor));
        }

        /** The seed of {@link #sampling}. */
        public Builder seed(long value) {
            return sampling(values -> values.seed(value));
        }

        Builder sampling(UnaryOperator<Sampling.Builder> change) {
            return sampling(change.apply(sampling.toBuilder()).build());
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
            format = Optional.of(Objects.requireNonNull(shape, "format"));
            return this;
        }

        public Builder decoding(Decoding layout) {
            decoding = Optional.of(Objects.requireNonNull(layout, "decoding"));
            return this;
        }

        Builder decoding(UnaryOperator<Decoding> change) {
            return decoding(change.apply(decoding.orElse(Decoding.AUTO)));
        }

        /** @throws InvalidRequestException that begins with the name of the option, if the prompt is no chat */
        Builder chat(String option, UnaryOperator<Prompt.Chat> change) {
            if (!(prompt instanceof Prompt.Chat chat)) {
                throw new InvalidRequestException(option + " must be unset where the prompt is not a chat");
            }
            prompt = change.apply(chat);
            return this;
        }

        public Builder timeout(Duration time) {
            timeout = Optional.of(Objects.requireNonNull(time, "timeout"));
            return this;
        }

        public Builder cacheSalt(String salt) {
            cacheSalt = Optional.of(Objects.requireNonNull(salt, "cache salt"));
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
