package dev.tidar.api;

import java.util.List;

/**
 * How likely the model held an emitted token, and what it held likeliest in its place: {@code ln softmax} of the scores
 * that the model gave, before temperature, filters, penalties, bias and grammar, over the tokens that can be emitted at
 * all. The same in every layout and batch.
 *
 * @param logProb of the emitted token
 * @param likeliest the likeliest tokens, as many as were asked for, the likeliest first
 */
public record LogProbs(float logProb, List<Likely> likeliest) {

    /** Most tokens that can be asked for. */
    public static final int MOST = 20;

    public LogProbs {
        likeliest = List.copyOf(likeliest);
    }

    /** A token that could have been emitted. */
    public record Likely(int id, float logProb) {}
}
