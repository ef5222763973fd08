package dev.tidar.api;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How tokens are sampled. A value that is empty is that of the model's {@code generation_config.json}, or else off; the
 * seed is chosen by the engine. Values are in range once built.
 *
 * @param temperature divisor of the logits, 0 (greedy) or in [0.01, 100]
 * @param topK keeps the k most likely tokens, at least 0; 0 is off, and so is what exceeds the vocabulary
 * @param topP keeps the fewest most likely tokens whose probabilities add up to p, in (0, 1]; 1 is off
 * @param minP keeps tokens at least p times as likely as the most likely, in [0, 1]; 0 is off
 * @param typicalP keeps the fewest tokens of the most expected surprise whose probabilities add up to p, in (0, 1]; 1
 *     is off
 * @param repetitionPenalty divides positive logits of tokens in prompt and answer and multiplies their other ones, in
 *     [0.01, 100]; 1 is off
 * @param presencePenalty taken from the logits of tokens in the answer, in [-2, 2]; 0 is off
 * @param frequencyPenalty taken from the logits of tokens in the answer for each time they are there, in [-2, 2]; 0 is
 *     off
 * @param logitBias added to the logits of these token ids before anything else, each in [-100, 100]
 * @param seed seed of the noise, any; the same seed and options give the same text
 */
public record Sampling(
        OptionalDouble temperature,
        OptionalInt topK,
        OptionalDouble topP,
        OptionalDouble minP,
        OptionalDouble typicalP,
        OptionalDouble repetitionPenalty,
        OptionalDouble presencePenalty,
        OptionalDouble frequencyPenalty,
        Map<Integer, Double> logitBias,
        OptionalLong seed) {

    /** Most entries of a logit bias. */
    public static final int MAX_LOGIT_BIASES = 1024;

    /** Everything as the model's makers want it. */
    public static final Sampling DEFAULT = builder().build();

    public Sampling {
        logitBias = Map.copyOf(logitBias);
        double t = temperature.orElse(0);
        require(t == 0 || t >= 0.01 && t <= 100, "temperature must be 0 or in [0.01, 100], but is ", t);
        require(topK.orElse(0) >= 0, "top-k must be at least 0, but is ", topK.orElse(0));
        requirePart("top-p", topP);
        requireInRange("min-p", minP, 0, 1);
        requirePart("typical-p", typicalP);
        requireInRange("repetition penalty", repetitionPenalty, 0.01, 100);
        requireInRange("presence penalty", presencePenalty, -2, 2);
        requireInRange("frequency penalty", frequencyPenalty, -2, 2);
        require(
                logitBias.size() <= MAX_LOGIT_BIASES,
                "logit bias must have at most %d entries, but has ".formatted(MAX_LOGIT_BIASES),
                logitBias.size());
        logitBias.forEach((id, bias) -> require(
                Math.abs(bias) <= 100, "logit bias of token %d must be in [-100, 100], but is ".formatted(id), bias));
    }

    private static void requirePart(String name, OptionalDouble value) {
        double p = value.orElse(1);
        require(p > 0 && p <= 1, name + " must be in (0, 1], but is ", p);
    }

    private static void requireInRange(String name, OptionalDouble value, double min, double max) {
        double v = value.orElse(max);
        require(v >= min && v <= max, "%s must be in [%s, %s], but is ".formatted(name, plain(min), plain(max)), v);
    }

    private static String plain(double bound) {
        return bound == (int) bound ? String.valueOf((int) bound) : String.valueOf(bound);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new InvalidRequestException(rule + value);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** These values, and those of another where these are empty. A logit bias that is not empty is taken whole. */
    public Sampling orElse(Sampling other) {
        return new Sampling(
                temperature.isPresent() ? temperature : other.temperature,
                topK.isPresent() ? topK : other.topK,
                topP.isPresent() ? topP : other.topP,
                minP.isPresent() ? minP : other.minP,
                typicalP.isPresent() ? typicalP : other.typicalP,
                repetitionPenalty.isPresent() ? repetitionPenalty : other.repetitionPenalty,
                presencePenalty.isPresent() ? presencePenalty : other.presencePenalty,
                frequencyPenalty.isPresent() ? frequencyPenalty : other.frequencyPenalty,
                logitBias.isEmpty() ? other.logitBias : logitBias,
                seed.isPresent() ? seed : other.seed);
    }

    /** A builder that begins with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.temperature = temperature;
        builder.topK = topK;
        builder.topP = topP;
        builder.minP = minP;
        builder.typicalP = typicalP;
        builder.repetitionPenalty = repetitionPenalty;
        builder.presencePenalty = presencePenalty;
        builder.frequencyPenalty = frequencyPenalty;
        builder.logitBias = logitBias;
        builder.seed = seed;
        return builder;
    }

    /** Collects values; {@link #build} checks them. */
    public static final class Builder {
        private OptionalDouble temperature = OptionalDouble.empty();
        private OptionalInt topK = OptionalInt.empty();
        private OptionalDouble topP = OptionalDouble.empty();
        private OptionalDouble minP = OptionalDouble.empty();
        private OptionalDouble typicalP = OptionalDouble.empty();
        private OptionalDouble repetitionPenalty = OptionalDouble.empty();
        private OptionalDouble presencePenalty = OptionalDouble.empty();
        private OptionalDouble frequencyPenalty = OptionalDouble.empty();
        private Map<Integer, Double> logitBias = Map.of();
        private OptionalLong seed = OptionalLong.empty();

        private Builder() {}

        public Builder temperature(double divisor) {
            temperature = OptionalDouble.of(divisor);
            return this;
        }

        public Builder topK(int tokens) {
            topK = OptionalInt.of(tokens);
            return this;
        }

        public Builder topP(double probability) {
            topP = OptionalDouble.of(probability);
            return this;
        }

        public Builder minP(double ratio) {
            minP = OptionalDouble.of(ratio);
            return this;
        }

        public Builder typicalP(double probability) {
            typicalP = OptionalDouble.of(probability);
            return this;
        }

        public Builder repetitionPenalty(double factor) {
            repetitionPenalty = OptionalDouble.of(factor);
            return this;
        }

        public Builder presencePenalty(double amount) {
            presencePenalty = OptionalDouble.of(amount);
            return this;
        }

        public Builder frequencyPenalty(double amount) {
            frequencyPenalty = OptionalDouble.of(amount);
            return this;
        }

        public Builder logitBias(Map<Integer, Double> byTokenId) {
            logitBias = Objects.requireNonNull(byTokenId, "logit bias");
            return this;
        }

        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        public Sampling build() {
            return new Sampling(
                    temperature,
                    topK,
                    topP,
                    minP,
                    typicalP,
                    repetitionPenalty,
                    presencePenalty,
                    frequencyPenalty,
                    logitBias,
                    seed);
        }
    }
}
