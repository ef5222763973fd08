package dev.tidar.api;

import java.util.List;

/**
 * How likely the model held an emitted token, and what it held most likely in its place: {@code ln softmax} of the
 * scores that the model gave, before temperature, filters, penalties, bias and grammar, over the tokens that can be
 * emitted at all. The same in every layout and batch.
 *
 * @param logProb of the emitted token
 * @param top the most likely tokens, as many as were asked for, the most likely first
 */
public record LogProbs(float logProb, List<TopToken> top) {

    /** Most tokens that can be asked for. */
    public static final int MAX = 20;

    public LogProbs {
        top = List.copyOf(top);
    }

    /** A token that could have been emitted. */
    public record TopToken(int id, float logProb) {}
}
