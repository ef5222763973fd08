package dev.tidar.cli;

import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import java.time.Duration;
import java.util.List;

/**
 * What {@code generate --json} prints, in snake case. Times are in milliseconds.
 *
 * @param tokens emitted ids, a final stop id included
 * @param text their text; empty where the model has no tokenizer
 * @param finishReason {@code stop}, {@code length}, {@code deadline} or {@code cancelled}
 * @param promptTokens tokens of the prompt, the chat template's own included
 * @param cachedTokens part of them that was found in the prefix cache
 * @param forwards decode forwards; two for a two-pass cycle
 * @param kept tokens emitted by each decode step
 * @param tokensPerForward (tokens - 1) / forwards
 * @param layout the layout that decoded
 * @param preemptions how often its memory was taken for others and its tokens were computed again
 * @param queuedMs from submission to the start of the prefill
 * @param prefillMs from the start of the prefill to the first token
 * @param decodeMs from the first token to the end
 * @param seed seed of the noise; without meaning at temperature 0
 * @param device device that computed
 * @param backend kernels that computed
 */
record GenerationReport(
        List<Integer> tokens,
        String text,
        String finishReason,
        int promptTokens,
        int cachedTokens,
        int forwards,
        List<Integer> kept,
        double tokensPerForward,
        String layout,
        int preemptions,
        double queuedMs,
        double prefillMs,
        double decodeMs,
        long seed,
        String device,
        String backend) {

    static GenerationReport of(GenerationResult result, EngineStatus status) {
        GenerationStats stats = result.stats();
        return new GenerationReport(
                result.tokens(),
                result.text(),
                Choices.asWritten(result.finishReason()),
                stats.promptTokens(),
                stats.cachedTokens(),
                stats.forwards(),
                stats.kept(),
                stats.tokensPerForward(),
                stats.layout(),
                stats.preemptions(),
                millis(stats.queued()),
                millis(stats.prefill()),
                millis(stats.decode()),
                result.seed(),
                status.device(),
                status.backend());
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
