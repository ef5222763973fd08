package dev.tidar.sampling;

import dev.tidar.tensor.Ids;

/**
 * Samples one token from a row of logits.
 *
 * <p>The scores are changed in this order: bias is added, tokens that have appeared are penalised, and banned tokens
 * get negative infinity. At temperature 0 the token with the highest score is taken. Otherwise scores are divided by
 * the temperature T, the filters decide which tokens remain, and the sampled token is argmax(score / T + g(seed,
 * position, id)) over these, where g is Gumbel noise: a sample from their softmax by the Gumbel-max trick. The noise
 * belongs to the position and not to the row, so a verify row and a mask row for the same position draw the same noise,
 * and a good draft is accepted at any temperature.
 *
 * <p>The result depends on the arguments alone; the fields are scratch memory. Confined to one thread.
 */
public final class TokenSampler {

    /** The scratch memory of a sampler, for each token of the vocabulary. */
    public static final int BYTES_PER_TOKEN = Float.BYTES + Candidates.BYTES_PER_TOKEN;

    private final Candidates candidates = new Candidates();
    private float[] changed = new float[0];
    private float[] unpenalised = new float[0];

    /**
     * Samples the token for one position. The logits are not changed.
     *
     * @param logits scores; an id with negative infinity is never sampled
     * @param from where the row begins
     * @param vocabSize length of the row
     * @param row how the row is sampled
     * @param position position of the token to be sampled
     * @return the id, the lowest one in a tie; {@link Ids#NONE} where no score is finite, or any is NaN or positive
     *     infinity
     */
    public int sample(float[] logits, int from, int vocabSize, RowSampling row, int position) {
        if (row.keepsScores(position)) {
            return sampleScored(logits, from, vocabSize, row.params(), position);
        }
        if (changed.length < vocabSize) {
            changed = new float[vocabSize];
        }
        System.arraycopy(logits, from, changed, 0, vocabSize);
        row.params().bias().add(changed);
        penalise(row);
        ban(vocabSize, row, position);
        return sampleScored(changed, 0, vocabSize, row.params(), position);
    }

    /**
     * The id of the highest score, the lowest one in a tie; {@link Ids#NONE} where no score is finite, or any is NaN or
     * positive infinity.
     */
    public static int best(float[] scores, int from, int vocabSize) {
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

    /** The candidates of the last sampled token, for tests. */
    Candidates candidates() {
        return candidates;
    }

    private int sampleScored(float[] scores, int from, int vocabSize, SamplingParams how, int position) {
        int best = best(scores, from, vocabSize);
        if (best == Ids.NONE || how.temperature() == 0) {
            return best;
        }
        candidates.collect(scores, from, vocabSize, scores[from + best], 1 / how.temperature());
        candidates.filter(how.filters());
        return candidates.draw(how.seed(), position);
    }

    private void penalise(RowSampling row) {
        TokenCounts history = row.history();
        TokenCounts since = row.since();
        Penalties penalties = row.params().penalties();
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

    private void ban(int vocabSize, RowSampling row, int position) {
        BannedIds banned = row.params().banned();
        if (banned.bans(position)) {
            for (int id : banned.ids()) {
                ban(id);
            }
        }
        long[] allowed = row.allowed();
        if (allowed.length > 0) {
            for (int id = 0; id < vocabSize; id++) {
                int word = id >> 6;
                if (word >= allowed.length || (allowed[word] >>> id & 1) == 0) {
                    ban(id);
                }
            }
        }
    }

    /** What is not a number to compare stays, so that it is found. */
    private void ban(int id) {
        if (changed[id] < Float.POSITIVE_INFINITY) {
            changed[id] = Float.NEGATIVE_INFINITY;
        }
    }
}
