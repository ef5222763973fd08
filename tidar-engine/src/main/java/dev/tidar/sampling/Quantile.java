package dev.tidar.sampling;

import java.util.Arrays;

/**
 * The smallest key up to which weights add up to a goal, found bit by bit instead of by sorting. Confined to a thread.
 */
final class Quantile {

    private static final int[] SHIFTS = {20, 10, 0};
    private static final int LOW_BITS = 10;

    /** Up to this number of keys it is faster to search for the next one than to count by bits. */
    private static final int FEW = 64;

    private final long[] histogram = new long[1 << 11];

    /**
     * The smallest key t such that the weights of all keys up to t add up to the goal or more.
     *
     * @param keys not negative
     * @param weights not negative; they add up to the goal at least
     * @param goal at least 1
     */
    int key(int[] keys, long[] weights, int size, long goal) {
        return size <= FEW ? ascending(keys, weights, size, goal) : byBits(keys, weights, size, goal);
    }

    private static int ascending(int[] keys, long[] weights, int size, long goal) {
        int key = -1;
        for (long sum = 0; sum < goal; ) {
            int next = Integer.MAX_VALUE;
            long weight = 0;
            for (int i = 0; i < size; i++) {
                if (keys[i] > key && keys[i] <= next) {
                    weight = keys[i] == next ? weight + weights[i] : weights[i];
                    next = keys[i];
                }
            }
            sum += weight;
            key = next;
        }
        return key;
    }

    private int byBits(int[] keys, long[] weights, int size, long goal) {
        int prefix = 0;
        long missing = goal;
        for (int shift : SHIFTS) {
            int bins = shift == SHIFTS[0] ? histogram.length : 1 << LOW_BITS;
            fill(keys, weights, size, prefix, shift, bins);
            int bin = 0;
            while (histogram[bin] < missing) {
                missing -= histogram[bin++];
            }
            prefix = prefix * bins + bin;
        }
        return prefix;
    }

    /** Weights by the next bits of the keys that begin with the prefix. */
    private void fill(int[] keys, long[] weights, int size, int prefix, int shift, int bins) {
        Arrays.fill(histogram, 0, bins, 0);
        long above = (long) bins << shift;
        long first = prefix * above;
        for (int i = 0; i < size; i++) {
            long offset = keys[i] - first;
            if (offset >= 0 && offset < above) {
                histogram[(int) (offset >>> shift)] += weights[i];
            }
        }
    }
}
