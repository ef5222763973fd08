package dev.tidar.sampling;

import dev.tidar.tensor.Ids;

/**
 * Picks one token from a row of logits.
 *
 * <p>With temperature T and noise g the pick is argmax(logit / T + g(seed, position, id)): a sample from softmax(logits
 * / T) by the Gumbel-max trick. As the noise belongs to the position and not to the row, a verify row and a mask row
 * for the same position draw the same noise, so a good draft stays accepted at any temperature.
 */
public final class TokenPicker {

    private TokenPicker() {}

    /**
     * The token for one position.
     *
     * @param logits scores; an id with negative infinity is never picked
     * @param from where the row begins
     * @param vocabSize length of the row
     * @param how temperature and seed
     * @param position position of the token to be picked
     * @return the id, the lowest one in a tie; {@link Ids#NONE} where no score is finite, or any is NaN or positive
     *     infinity
     */
    public static int pick(float[] logits, int from, int vocabSize, Picking how, int position) {
        int best = argmax(logits, from, vocabSize);
        if (best == Ids.NONE || how.temperature() == 0) {
            return best;
        }
        return withNoise(logits, from, vocabSize, how, position, best);
    }

    private static int argmax(float[] logits, int from, int vocabSize) {
        int best = Ids.NONE;
        float highest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize; id++) {
            float logit = logits[from + id];
            if (!(logit < Float.POSITIVE_INFINITY)) { // NaN as well
                return Ids.NONE;
            }
            if (logit > highest) {
                highest = logit;
                best = id;
            }
        }
        return best;
    }

    /** Starts from the likeliest id: what cannot beat it even with the largest noise never draws, which is exact. */
    private static int withNoise(float[] logits, int from, int vocabSize, Picking how, int position, int likeliest) {
        float inverse = 1 / how.temperature();
        int best = likeliest;
        float highest = logits[from + likeliest] * inverse + Noise.gumbel(how.seed(), position, likeliest);
        for (int id = 0; id < vocabSize; id++) {
            float score = logits[from + id] * inverse;
            if (score + Noise.MAX < highest || id == likeliest) {
                continue;
            }
            float noisy = score + Noise.gumbel(how.seed(), position, id);
            if (noisy > highest || noisy == highest && id < best) {
                highest = noisy;
                best = id;
            }
        }
        return best;
    }
}
