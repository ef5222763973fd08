package dev.tidar.sampling;

import java.util.Arrays;

/**
 * The tokens of one row that may still be sampled, and how far below the best score each of them is.
 *
 * <p>Probabilities are added as whole numbers, {@code exp(-distance)} in steps of 2^-40: their sum does not depend on
 * an order, so every device finds the same last token without sorting. A token below 2^-40 of the best weighs nothing.
 *
 * <p>Scratch memory that grows to the vocabulary, once. Confined to a thread.
 */
final class Candidates {

    /** The bytes of one element of the arrays below. */
    static final int BYTES_PER_TOKEN = 2 * Integer.BYTES + Float.BYTES + Long.BYTES;

    private static final float ONE = 0x1p40f;
    /** exp(-distance) beyond it is below one step. */
    private static final float WEIGHTLESS = 28;

    private final Quantile quantile = new Quantile();
    private int[] ids = new int[0];
    private float[] distances = new float[0];
    private int[] keys = new int[0];
    private long[] weights = new long[0];
    private int size;

    /** All tokens of a row that can be sampled; distance = (highest - score) * inverse. */
    void collect(float[] scores, int from, int vocabSize, float highest, float inverse) {
        reserve(vocabSize);
        int n = 0;
        for (int id = 0; id < vocabSize; id++) {
            float distance = (highest - scores[from + id]) * inverse;
            ids[n] = id;
            distances[n] = distance;
            n += distance < Float.POSITIVE_INFINITY ? 1 : 0;
        }
        size = n;
    }

    private void reserve(int vocabSize) {
        if (ids.length < vocabSize) {
            ids = new int[vocabSize];
            distances = new float[vocabSize];
            keys = new int[vocabSize];
            weights = new long[vocabSize];
        }
    }

    void filter(Filters filters) {
        if (filters.topK() > 0 && filters.topK() < size) {
            keepFirst(filters.topK());
        }
        if (filters.topP() < 1) {
            keepTop(filters.topP());
        }
        if (filters.minP() > 0) {
            keepWithin(filters.farthest());
        }
        if (filters.typicalP() < 1) {
            keepTypical(filters.typicalP());
        }
    }

    private void keepFirst(int k) {
        for (int i = 0; i < size; i++) {
            keys[i] = Float.floatToRawIntBits(distances[i]);
            weights[i] = 1;
        }
        keepWithin(Float.intBitsToFloat(quantile.key(keys, weights, size, k)));
    }

    private void keepTop(double p) {
        long total = weigh();
        for (int i = 0; i < size; i++) {
            keys[i] = Float.floatToRawIntBits(distances[i]);
        }
        keepWithin(Float.intBitsToFloat(quantile.key(keys, weights, size, part(p, total))));
    }

    /**
     * Surprise is -ln p = distance + ln Z, and its expectation the same of the mean distance, so that the normaliser Z
     * drops out: the tokens kept are those whose distance is closest to the mean one.
     */
    private void keepTypical(double p) {
        long total = weigh();
        float mean = (float) (weightedDistance() / (double) total);
        for (int i = 0; i < size; i++) {
            keys[i] = Float.floatToRawIntBits(Math.abs(distances[i] - mean));
        }
        int last = quantile.key(keys, weights, size, part(p, total));
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (keys[i] <= last) {
                keep(kept++, i);
            }
        }
        size = kept;
    }

    private void keepWithin(float distance) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (distances[i] <= distance) {
                keep(kept++, i);
            }
        }
        size = kept;
    }

    private void keep(int to, int from) {
        ids[to] = ids[from];
        distances[to] = distances[from];
    }

    private long weigh() {
        long total = 0;
        for (int i = 0; i < size; i++) {
            weights[i] = distances[i] > WEIGHTLESS ? 0 : (long) (Exponential.exp(-distances[i]) * ONE);
            total += weights[i];
        }
        return total;
    }

    /** Sum of weight times distance, each product rounded to a whole number. */
    private long weightedDistance() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weights[i] == 0 ? 0 : (long) (weights[i] * (double) distances[i]);
        }
        return sum;
    }

    private static long part(double p, long total) {
        return Math.max(1, Math.min(total, (long) Math.ceil(p * total)));
    }

    /** The ids that may be sampled, in ascending order. */
    int[] ids() {
        return Arrays.copyOf(ids, size);
    }

    /** The token that wins with its noise, the lowest id in a tie. */
    int draw(long seed, int position) {
        int best = nearest();
        float highest = Noise.gumbel(seed, position, ids[best]) - distances[best];
        for (int i = 0; i < size; i++) {
            if (Noise.MAX - distances[i] < highest || i == best) {
                continue;
            }
            int word = Noise.word(seed, position, ids[i]);
            if (Noise.isBelow(word, highest + distances[i])) {
                continue;
            }
            float noisy = Noise.gumbel(word) - distances[i];
            if (noisy > highest || noisy == highest && i < best) {
                highest = noisy;
                best = i;
            }
        }
        return ids[best];
    }

    /** The candidate to begin with: one that cannot beat it even with the largest noise needs no noise. */
    private int nearest() {
        int nearest = 0;
        for (int i = 1; i < size; i++) {
            if (distances[i] < distances[nearest]) {
                nearest = i;
            }
        }
        return nearest;
    }
}
