package dev.tidar.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.LogProbs;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code generate --json} prints, in snake case. Times are in milliseconds.
 *
 * @param tokens emitted ids, a final stop id included
 * @param text the text of the tokens; empty where the model has no tokenizer
 * @param finishReason {@code stop}, {@code length}, {@code deadline} or {@code cancelled}
 * @param closedByLimit the place from which on the limit on tokens led an answer with a format to its end; null where
 *     it did not
 * @param promptTokens tokens of the prompt, the chat template's own included
 * @param cachedTokens those of them that were found in the prefix cache
 * @param forwards decode forwards; two for a two-pass cycle
 * @param draftForwards forwards of the draft model, which are not among those
 * @param kept tokens emitted by each decode step
 * @param tokensPerForward (tokens - 1) / forwards
 * @param layout the layout that decoded
 * @param preemptions how often its blocks were taken for other requests and its tokens were computed again
 * @param queuedMs time from submission to the start of the prefill
 * @param prefillMs time from the start of the prefill to the first token
 * @param decodeMs time from the first token to the end
 * @param seed seed of the noise; without meaning at temperature 0
 * @param device device that computed
 * @param backend kernels that computed
 * @param logprobs one entry for each token; null where the request did not ask for them
 */
record GenerationReport(
        List<Integer> tokens,
        String text,
        String finishReason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PlaceReport closedByLimit,
        int promptTokens,
        int cachedTokens,
        int forwards,
        int draftForwards,
        List<Integer> kept,
        double tokensPerForward,
        String layout,
        int preemptions,
        double queuedMs,
        double prefillMs,
        double decodeMs,
        long seed,
        String device,
        String backend,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<TokenReport> logprobs) {

    /**
     * A place in an answer.
     *
     * @param part {@code text} or {@code thoughts}
     * @param pointer JSON pointer of the value that was being written
     * @param characters length of the part before the place
     */
    record PlaceReport(String part, String pointer, int characters) {

        static PlaceReport of(ClosedByLimit place) {
            return new PlaceReport(Choices.asWritten(place.part()), place.pointer(), place.characters());
        }
    }

    /**
     * An emitted token, or one that could have been emitted in its place.
     *
     * @param id token id
     * @param logprob {@code ln} of the probability that the model gave it, before temperature, filters, penalties, bias
     *     and grammar
     * @param top the most likely tokens, the most likely first; null for such a token itself
     */
    record TokenReport(
            int id,
            float logprob,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<TokenReport> top) {

        static TokenReport of(int id, LogProbs reported) {
            return new TokenReport(
                    id,
                    reported.logProb(),
                    reported.top().stream()
                            .map(likely -> new TokenReport(likely.id(), likely.logProb(), null))
                            .toList());
        }
    }

    static GenerationReport of(GenerationResult result, EngineStatus status) {
        GenerationStats stats = result.stats();
        return new GenerationReport(
                result.tokens(),
                result.text(),
                Choices.asWritten(result.finishReason()),
                result.closedByLimit().map(PlaceReport::of).orElse(null),
                stats.promptTokens(),
                stats.cachedTokens(),
                stats.forwards(),
                stats.draftForwards(),
                stats.kept(),
                stats.tokensPerForward(),
                stats.layout(),
                stats.preemptions(),
                millis(stats.queued()),
                millis(stats.prefill()),
                millis(stats.decode()),
                result.seed(),
                status.device(),
                status.backend(),
                result.logProbs().isEmpty() ? null : tokenReports(result));
    }

    private static List<TokenReport> tokenReports(GenerationResult result) {
        return IntStream.range(0, result.tokens().size())
                .mapToObj(i ->
                        TokenReport.of(result.tokens().get(i), result.logProbs().get(i)))
                .toList();
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
