package dev.tidar.api;

import java.util.List;

/**
 * A generation that ended without an error.
 *
 * @param tokens emitted ids, a final stop id included, nothing after it
 * @param text their text, without stop ids and stop strings; empty where the model has no tokenizer
 * @param answer the same in its parts; only {@code text} has the tags of thoughts and calls
 * @param finishReason why it ended
 * @param seed seed of the noise, chosen by the engine where the request named none; without meaning at temperature 0
 * @param logProbs one for each token; empty where the request did not ask for them
 * @param stats counts and times
 */
public record GenerationResult(
        List<Integer> tokens,
        String text,
        Answer answer,
        FinishReason finishReason,
        long seed,
        List<LogProbs> logProbs,
        GenerationStats stats) {

    public GenerationResult {
        tokens = List.copyOf(tokens);
        logProbs = List.copyOf(logProbs);
    }

    /** A result without log-probabilities, whose answer is only text. */
    public GenerationResult(
            List<Integer> tokens, String text, FinishReason finishReason, long seed, GenerationStats stats) {
        this(tokens, text, Answer.ofText(text), finishReason, seed, List.of(), stats);
    }
}
