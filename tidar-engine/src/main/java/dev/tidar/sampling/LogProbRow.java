package dev.tidar.sampling;

import dev.tidar.tensor.Ids;
import java.util.Arrays;

/**
 * Log-probabilities of one row: {@code ln softmax} of the scores that the model gave, before temperature, filters,
 * penalties, bias and mask, over the tokens that can be sampled at all.
 *
 * @param values of the sample, then of the most likely tokens
 * @param ids the most likely tokens, the most likely first, the lowest id first in a tie; NONE at negative infinity
 *     where the row has no more
 */
public record LogProbRow(float[] values, int[] ids) {

    /** The maximum number of most likely tokens. */
    public static final int MAX = 20;

    private static final int PARTS = 512;

    /**
     * Those of one sample.
     *
     * @param logits scores; negative infinity where a token can't be sampled
     * @param from where the row begins
     * @param vocabSize length of the row
     * @param sampled the sample, or NONE
     * @param top the number of most likely tokens
     */
    public static LogProbRow of(float[] logits, int from, int vocabSize, int sampled, int top) {
        int[] ids = top(logits, from, vocabSize, top);
        double normaliser = logSumExp(logits, from, vocabSize);
        float[] values = new float[1 + top];
        values[0] = logProb(logits, from, sampled, normaliser);
        for (int i = 0; i < top; i++) {
            values[1 + i] = logProb(logits, from, ids[i], normaliser);
        }
        return new LogProbRow(values, ids);
    }

    private static float logProb(float[] logits, int from, int id, double normaliser) {
        return id == Ids.NONE ? Float.NEGATIVE_INFINITY : (float) (logits[from + id] - normaliser);
    }

    private static int[] top(float[] logits, int from, int vocabSize, int count) {
        int[] ids = new int[count];
        Arrays.fill(ids, Ids.NONE);
        float min = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize && count > 0; id++) {
            if (logits[from + id] > min) {
                insert(logits, from, ids, id);
                int last = ids[count - 1];
                min = last == Ids.NONE ? Float.NEGATIVE_INFINITY : logits[from + last];
            }
        }
        return ids;
    }

    private static void insert(float[] logits, int from, int[] ids, int id) {
        int place = ids.length - 1;
        while (place > 0 && (ids[place - 1] == Ids.NONE || logits[from + ids[place - 1]] < logits[from + id])) {
            ids[place] = ids[place - 1];
            place--;
        }
        ids[place] = id;
    }

    /**
     * Sums in {@value #PARTS} parts, to which the ids are dealt in turn, and then adds the parts in halves. A device
     * can keep this order, so equal rows have equal bits.
     */
    private static double logSumExp(float[] logits, int from, int vocabSize) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize; id++) {
            highest = Math.max(highest, logits[from + id]);
        }
        if (highest == Float.NEGATIVE_INFINITY) {
            return 0;
        }
        double[] sums = new double[PARTS];
        for (int id = 0; id < vocabSize; id++) {
            sums[id % PARTS] += Exponential.exp(logits[from + id] - highest);
        }
        for (int half = PARTS / 2; half > 0; half /= 2) {
            for (int part = 0; part < half; part++) {
                sums[part] += sums[part + half];
            }
        }
        return highest + Math.log(sums[0]);
    }
}
