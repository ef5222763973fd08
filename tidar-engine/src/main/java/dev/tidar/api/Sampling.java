package dev.tidar.api;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How tokens are sampled. A value that is empty is that of the model's {@code generation_config.json}, or else off; the
 * seed is chosen by the engine. Values are in range once built; {@link RequestOption} says the ranges. Immutable.
 */
public final class Sampling {

    /** How many tokens a logit bias may have at most. */
    public static final int MAX_LOGIT_BIASES = 1024;

    /** Everything as the model's makers want it. */
    public static final Sampling DEFAULT = builder().build();

    private final RequestOptions values;

    private Sampling(RequestOptions values) {
        this.values = values;
        values.check();
    }

    /** Divisor of the logits; 0 is greedy. */
    public OptionalDouble temperature() {
        return number(RequestOption.TEMPERATURE);
    }

    /** How many most likely tokens are kept; 0 is off, and so is what exceeds the vocabulary. */
    public OptionalInt topK() {
        Optional<Integer> k = values.get(RequestOption.TOP_K);
        return k.isPresent() ? OptionalInt.of(k.get()) : OptionalInt.empty();
    }

    /** What the probabilities of the most likely tokens that are kept add up to; 1 is off. */
    public OptionalDouble topP() {
        return number(RequestOption.TOP_P);
    }

    /** How likely a token must be as a part of the most likely one; 0 is off. */
    public OptionalDouble minP() {
        return number(RequestOption.MIN_P);
    }

    /** What the probabilities of the most typical tokens that are kept add up to; 1 is off. */
    public OptionalDouble typicalP() {
        return number(RequestOption.TYPICAL_P);
    }

    /** Factor for tokens that prompt or answer have; 1 is off. */
    public OptionalDouble repetitionPenalty() {
        return number(RequestOption.REPETITION_PENALTY);
    }

    /** What is subtracted from the logits of tokens that the answer has; 0 is off. */
    public OptionalDouble presencePenalty() {
        return number(RequestOption.PRESENCE_PENALTY);
    }

    /** What is subtracted from the logits of tokens for each time that the answer has them; 0 is off. */
    public OptionalDouble frequencyPenalty() {
        return number(RequestOption.FREQUENCY_PENALTY);
    }

    /** What is added to the logits before everything else, by token id. */
    public Map<Integer, Double> logitBias() {
        return values.get(RequestOption.LOGIT_BIAS).orElse(Map.of());
    }

    /** Seed of the noise: the same seed and options give the same text. */
    public OptionalLong seed() {
        Optional<Long> seed = values.get(RequestOption.SEED);
        return seed.isPresent() ? OptionalLong.of(seed.get()) : OptionalLong.empty();
    }

    private OptionalDouble number(RequestOption<Double> option) {
        Optional<Double> value = values.get(option);
        return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
    }

    public static Builder builder() {
        return new Builder(RequestOptions.NONE);
    }

    /** These values, and those of another where these are empty. A logit bias that is not empty is taken whole. */
    public Sampling orElse(Sampling other) {
        return new Sampling(values.orElse(other.values));
    }

    /** A builder that begins with these values. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sampling that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "Sampling" + values.values();
    }

    /** Collects values; {@link #build} checks them. */
    public static final class Builder {
        private RequestOptions values;

        private Builder(RequestOptions values) {
            this.values = values;
        }

        public Builder temperature(double divisor) {
            return with(RequestOption.TEMPERATURE, divisor);
        }

        public Builder topK(int tokens) {
            return with(RequestOption.TOP_K, tokens);
        }

        public Builder topP(double probability) {
            return with(RequestOption.TOP_P, probability);
        }

        public Builder minP(double ratio) {
            return with(RequestOption.MIN_P, ratio);
        }

        public Builder typicalP(double probability) {
            return with(RequestOption.TYPICAL_P, probability);
        }

        public Builder repetitionPenalty(double factor) {
            return with(RequestOption.REPETITION_PENALTY, factor);
        }

        public Builder presencePenalty(double amount) {
            return with(RequestOption.PRESENCE_PENALTY, amount);
        }

        public Builder frequencyPenalty(double amount) {
            return with(RequestOption.FREQUENCY_PENALTY, amount);
        }

        /** An empty one is none. */
        public Builder logitBias(Map<Integer, Double> byTokenId) {
            Objects.requireNonNull(byTokenId, "logit bias");
            values = byTokenId.isEmpty()
                    ? values.without(RequestOption.LOGIT_BIAS)
                    : values.with(RequestOption.LOGIT_BIAS, Map.copyOf(byTokenId));
            return this;
        }

        public Builder seed(long value) {
            return with(RequestOption.SEED, value);
        }

        private <T> Builder with(RequestOption<T> option, T value) {
            values = values.with(option, value);
            return this;
        }

        public Sampling build() {
            return new Sampling(values);
        }
    }
}
