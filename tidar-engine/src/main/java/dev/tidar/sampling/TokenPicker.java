package dev.tidar.sampling;

import dev.tidar.tensor.Ids;

/**
 * Picks one token from a row of logits.
 *
 * <p>In this order: bias is added, tokens that have appeared are penalised, and tokens that the row may not pick are
 * ruled out. At temperature 0 the best token is the pick. Else scores are divided by the temperature T, the filters
 * choose who may be drawn, and with noise g the pick is argmax(score / T + g(seed, position, id)) among these: a sample
 * from their softmax by the Gumbel-max trick. As the noise belongs to the position and not to the row, a verify row and
 * a mask row for the same position draw the same noise, so a good draft stays accepted at any temperature.
 *
 * <p>A pick depends on the arguments alone; what the picker has of its own is scratch memory. Confined to a thread.
 */
public final class TokenPicker {

    private final Candidates candidates = new Candidates();
    private float[] changed = new float[0];
    private float[] unpenalised = new float[0];

    /**
     * The token for one position. The row stays as it is.
     *
     * @param logits scores; an id with negative infinity is never picked
     * @param from where the row begins
     * @param vocabSize length of the row
     * @param rule how the row's token is picked
     * @param position position of the token to be picked
     * @return the id, the lowest one in a tie; {@link Ids#NONE} where no score is finite, or any is NaN or positive
     *     infinity
     */
    public int pick(float[] logits, int from, int vocabSize, PickRule rule, int position) {
        if (rule.keepsScores(position)) {
            return pickScored(logits, from, vocabSize, rule.picking(), position);
        }
        if (changed.length < vocabSize) {
            changed = new float[vocabSize];
        }
        System.arraycopy(logits, from, changed, 0, vocabSize);
        rule.picking().bias().add(changed);
        penalise(rule);
        ruleOut(vocabSize, rule, position);
        return pickScored(changed, 0, vocabSize, rule.picking(), position);
    }

    /** Those of the last pick, for tests. */
    Candidates candidates() {
        return candidates;
    }

    private int pickScored(float[] scores, int from, int vocabSize, Picking how, int position) {
        int best = argmax(scores, from, vocabSize);
        if (best == Ids.NONE || how.temperature() == 0) {
            return best;
        }
        candidates.collect(scores, from, vocabSize, scores[from + best], 1 / how.temperature());
        candidates.filter(how.filters());
        return candidates.draw(how.seed(), position);
    }

    private void penalise(PickRule rule) {
        TokenCounts history = rule.history();
        TokenCounts since = rule.since();
        Penalties penalties = rule.picking().penalties();
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

    private void ruleOut(int vocabSize, PickRule rule, int position) {
        BarredIds barred = rule.picking().barred();
        if (barred.bar(position)) {
            for (int id : barred.ids()) {
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
