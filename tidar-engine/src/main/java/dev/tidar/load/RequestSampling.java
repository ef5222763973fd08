package dev.tidar.load;

import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.RequestOption;
import dev.tidar.api.Sampling;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.SamplingParams;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes the sampling parameters of a request, with the model's defaults where the request sets none. */
final class RequestSampling {

    private final Sampling defaults;
    private final int vocabSize;

    RequestSampling(Sampling defaults, int vocabSize) {
        this.defaults = defaults;
        this.vocabSize = vocabSize;
    }

    /**
     * The sampling parameters of a request.
     *
     * @param stopIds tokens that end its answer
     * @param firstPosition position of the first token of its answer
     * @param seed taken where the request names none
     * @throws InvalidRequestException if it names a token that the model does not have
     */
    SamplingParams of(GenerationRequest request, Set<Integer> stopIds, int firstPosition, long seed) {
        Sampling s = request.sampling().orElse(defaults);
        requireKnown(RequestOption.LOGIT_BIAS, s.logitBias().keySet());
        requireKnown(RequestOption.STOP_IDS, request.stopIds());
        return new SamplingParams(
                (float) s.temperature().orElse(0),
                s.seed().orElse(seed),
                new Filters(
                        s.topK().orElse(0),
                        s.topP().orElse(1),
                        s.minP().orElse(0),
                        s.typicalP().orElse(1)),
                new Penalties(
                        (float) s.repetitionPenalty().orElse(1),
                        (float) s.frequencyPenalty().orElse(0),
                        (float) s.presencePenalty().orElse(0)),
                bias(s.logitBias()),
                new BannedIds(ints(stopIds), firstPosition + request.minTokens()),
                request.logProbs());
    }

    private void requireKnown(RequestOption<?> option, Collection<Integer> ids) {
        for (int id : ids) {
            if (id < 0 || id >= vocabSize) {
                throw new InvalidRequestException(
                        "%s must be of token ids in [0, %d), but one is %d".formatted(option.name(), vocabSize, id));
            }
        }
    }

    private static LogitBias bias(Map<Integer, Double> byTokenId) {
        var sorted = new TreeMap<>(byTokenId);
        float[] values = new float[sorted.size()];
        int i = 0;
        for (double value : sorted.values()) {
            values[i++] = (float) value;
        }
        return new LogitBias(ints(sorted.keySet()), values);
    }

    private static int[] ints(Collection<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).sorted().toArray();
    }
}
