package dev.tidar.api;

import java.util.List;
import java.util.Optional;

/**
 * A generation that ended without an error.
 *
 * @param tokens emitted ids, a final stop id included, nothing after it
 * @param text their text, without stop ids and stop strings; empty where the model has no tokenizer
 * @param answer the same in its parts; only {@code text} has the tags of thoughts and calls
 * @param finishReason why it ended
 * @param closedByLimit where the limit on tokens began to lead an answer with a format, or a call, to its end; empty if
 *     it did not. The finish reason is {@link FinishReason#LENGTH} then
 * @param seed seed of the noise, chosen by the engine where the request named none; without meaning at temperature 0
 * @param logProbs one for each token; empty where the request did not ask for them
 * @param stats counts and times
 */
public record GenerationResult(
        List<Integer> tokens,
        String text,
        Answer answer,
        FinishReason finishReason,
        Optional<ClosedByLimit> closedByLimit,
        long seed,
        List<LogProbs> logProbs,
        GenerationStats stats) {

    public GenerationResult {
        tokens = List.copyOf(tokens);
        logProbs = List.copyOf(logProbs);
    }

    /** A result that the limit on tokens did not close. */
    public GenerationResult(
            List<Integer> tokens,
            String text,
            Answer answer,
            FinishReason finishReason,
            long seed,
            List<LogProbs> logProbs,
            GenerationStats stats) {
        this(tokens, text, answer, finishReason, Optional.empty(), seed, logProbs, stats);
    }

    /** A result without log-probabilities, whose answer is only text. */
    public GenerationResult(
            List<Integer> tokens, String text, FinishReason finishReason, long seed, GenerationStats stats) {
        this(tokens, text, Answer.ofText(text), finishReason, seed, List.of(), stats);
    }
}
