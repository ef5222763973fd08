package dev.tidar.sampling;

import dev.tidar.tensor.Ids;

/**
 * Samples one token from a row of logits.
 *
 * <p>In this order: bias is added, tokens that have appeared are penalised, and tokens that the row may not sample are
 * ruled out. At temperature 0 the best token is the sample. Else scores are divided by the temperature T, the filters
 * choose who may be drawn, and with noise g the sample is argmax(score / T + g(seed, position, id)) among these: a
 * sample from their softmax by the Gumbel-max trick. As the noise belongs to the position and not to the row, a verify
 * row and a mask row for the same position draw the same noise, so a good draft stays accepted at any temperature.
 *
 * <p>A sample depends on the arguments alone; what the picker has of its own is scratch memory. Confined to a thread.
 */
public final class TokenSampler {

    private final Candidates candidates = new Candidates();
    private float[] changed = new float[0];
    private float[] unpenalised = new float[0];

    /**
     * The token for one position. The row stays as it is.
     *
     * @param logits scores; an id with negative infinity is never sampled
     * @param from where the row begins
     * @param vocabSize length of the row
     * @param rule how the row's token is sampled
     * @param position position of the token to be sampled
     * @return the id, the lowest one in a tie; {@link Ids#NONE} where no score is finite, or any is NaN or positive
     *     infinity
     */
    public int sample(float[] logits, int from, int vocabSize, RowSampling rule, int position) {
        if (rule.keepsScores(position)) {
            return sampleScored(logits, from, vocabSize, rule.params(), position);
        }
        if (changed.length < vocabSize) {
            changed = new float[vocabSize];
        }
        System.arraycopy(logits, from, changed, 0, vocabSize);
        rule.params().bias().add(changed);
        penalise(rule);
        ruleOut(vocabSize, rule, position);
        return sampleScored(changed, 0, vocabSize, rule.params(), position);
    }

    /** Those of the last sample, for tests. */
    Candidates candidates() {
        return candidates;
    }

    private int sampleScored(float[] scores, int from, int vocabSize, SamplingParams how, int position) {
        int best = argmax(scores, from, vocabSize);
        if (best == Ids.NONE || how.temperature() == 0) {
            return best;
        }
        candidates.collect(scores, from, vocabSize, scores[from + best], 1 / how.temperature());
        candidates.filter(how.filters());
        return candidates.draw(how.seed(), position);
    }

    private void penalise(RowSampling rule) {
        TokenCounts history = rule.history();
        TokenCounts since = rule.since();
        Penalties penalties = rule.params().penalties();
        if (unpenalised.length < since.size()) {
            unpenalised = new float[since.size()];
        }
        for (int i = 0; i < since.size(); i++) {
            unpenalised[i] = changed[since.ids()[i]];
        }
        for (int i = 0; i < history.size(); i++) {
            int id = history.ids()[i];
            changed[id] = penalties.apply(changed[id], history.inAnswer()[i]);
        }
        for (int i = 0; i < since.size(); i++) {
            changed[since.ids()[i]] = penalties.apply(unpenalised[i], since.inAnswer()[i]);
        }
    }

    private void ruleOut(int vocabSize, RowSampling rule, int position) {
        BannedIds banned = rule.params().banned();
        if (banned.bans(position)) {
            for (int id : banned.ids()) {
                ruleOut(id);
            }
        }
        long[] allowed = rule.allowed();
        if (allowed.length > 0) {
            for (int id = 0; id < vocabSize; id++) {
                int word = id >> 6;
                if (word >= allowed.length || (allowed[word] >>> id & 1) == 0) {
                    ruleOut(id);
                }
            }
        }
    }

    /** What is not a number to compare stays, so that it is found. */
    private void ruleOut(int id) {
        if (changed[id] < Float.POSITIVE_INFINITY) {
            changed[id] = Float.NEGATIVE_INFINITY;
        }
    }

    private static int argmax(float[] scores, int from, int vocabSize) {
        int best = Ids.NONE;
        float highest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize; id++) {
            float score = scores[from + id];
            if (!(score < Float.POSITIVE_INFINITY)) { // NaN as well
                return Ids.NONE;
            }
            if (score > highest) {
                highest = score;
                best = id;
            }
        }
        return best;
    }
}
