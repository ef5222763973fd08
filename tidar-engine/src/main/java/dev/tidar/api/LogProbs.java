package dev.tidar.api;

import java.util.List;

/**
 * Log-probabilities of an emitted token and of the most likely tokens in its place: {@code ln softmax} of the scores
 * that the model gave, before temperature, filters, penalties, bias and grammar, over the tokens that can be emitted at
 * all. The same in every layout and batch.
 *
 * @param logProb of the emitted token
 * @param top the most likely tokens, as many as the request asked for, the most likely first
 */
public record LogProbs(float logProb, List<TopToken> top) {

    /** Most likely tokens that a request may ask for, at most. */
    public static final int MAX = 20;

    public LogProbs {
        top = List.copyOf(top);
    }

    /** A token that could have been emitted. */
    public record TopToken(int id, float logProb) {}
}
