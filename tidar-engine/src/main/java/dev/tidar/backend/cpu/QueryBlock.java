package dev.tidar.backend.cpu;

import java.util.Arrays;

/**
 * The queries for which one worker computes attention at a time: rows and heads that share keys. It is scratch memory
 * that grows with the longest context. Confined to its worker.
 */
final class QueryBlock {

    private static final float[] NONE = {};

    /** The number of queries in use. */
    int count;

    int headDim;
    /** Factor of a score, {@code 1 / sqrt(headDim)}. */
    float scale;
    /** {@code [count, headDim]}. */
    float[] queries = new float[0];
    /** {@code [count, headDim]}. */
    float[] out = new float[0];
    /** Scores, then weights, {@code [count, slots]}. */
    float[] weights = new float[0];
    /** Sum of the weights of each query, {@code [count]}. */
    float[] sums = new float[0];
    /** One fresh key tile, {@code [headDim, 16]}. */
    float[] keys = new float[0];

    /** Keys or values of one head in one block, widened; empty where the cache is in float. */
    float[] wide = new float[0];

    int slots;
    /** Sums of a softmax before they are added up. */
    final float[] partialSums = new float[CpuKv.KEY_TILE];

    /** The bytes of {@link #weights} for each slot, with the half that it grows beyond what is needed. */
    static long bytesPerSlot(int queries) {
        return (long) queries * Float.BYTES * 3 / 2;
    }

    /** Makes room and zeroes the outputs. */
    void begin(int queryCount, int width, int slotCount) {
        count = queryCount;
        headDim = width;
        slots = slotCount;
        scale = (float) (1 / Math.sqrt(width));
        if (queries.length < queryCount * width) {
            queries = new float[queryCount * width];
            out = new float[queryCount * width];
        }
        if (sums.length < queryCount) {
            sums = new float[queryCount];
        }
        if (keys.length < width * CpuKv.KEY_TILE) {
            keys = new float[width * CpuKv.KEY_TILE];
        }
        int needed = Math.multiplyExact(queryCount, slotCount);
        if (weights.length < needed) {
            weights = NONE; // what is outgrown need not stay until the new array is there
            weights = new float[Math.addExact(needed, needed / 2)];
        }
        Arrays.fill(out, 0, queryCount * width, 0);
    }

    /** Makes room for widened keys or values. */
    void reserveWide(int elements) {
        if (wide.length < elements) {
            wide = new float[elements];
        }
    }
}
