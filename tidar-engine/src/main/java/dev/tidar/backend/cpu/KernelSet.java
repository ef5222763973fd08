package dev.tidar.backend.cpu;

/**
 * The inner loops that have more than one implementation. {@link PlainKernels} defines what each one computes, and
 * every other set computes the same bits: each sum is one chain of fused multiply-adds in a stated order, so the lanes
 * of a vector hold different outputs, never parts of one. {@link KernelChoice} takes the fastest set that can run.
 *
 * <p>Loops over panels exist once for each type of weights; the type of the array distinguishes them. The loops over
 * int8 weights do not apply their scales.
 *
 * <p>Stateless. Arrays belong to the caller; nothing is checked beyond the bounds of the arrays.
 */
interface KernelSet {

    /** The name for logs: {@code plain}, or {@code vector-} and the bits of a register. */
    String name();

    /** The largest number of rows of one tile. */
    int tileRows();

    /**
     * Multiplies one row by four panels: {@code sums[p][n] = Σk x[k] · w[p][k][n]}, a chain over ascending k from zero.
     *
     * @param sums {@code [4, 32]}
     * @param w panels {@code [inputs, 32]}, the first from {@code wFrom}
     * @param panelElements the number of elements from the start of one panel to that of the next
     * @param x {@code [inputs]}
     */
    void fourPanels(float[] sums, float[] w, int wFrom, int panelElements, float[] x, int inputs);

    /** The same with panels of bfloat16 pairs, see {@link Bf16Panels}. */
    void fourPanels(float[] sums, int[] w, int wFrom, int panelElements, float[] x, int inputs);

    /** The same with panels of int8. */
    void fourPanels(float[] sums, byte[] w, int wFrom, int panelElements, float[] x, int inputs);

    /**
     * Multiplies some rows by a stretch of a panel and continues their chains: {@code sums[r][n] += Σk x[k][r] ·
     * w[k][n]}.
     *
     * @param rows 1 to {@link #tileRows}
     * @param sums {@code [rows, 32]} from {@code sumsFrom}
     * @param x {@code [inputs, rows]} from {@code xFrom}
     * @param w {@code [inputs, 32]} from {@code wFrom}
     */
    void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs);

    /** The same with bfloat16 pairs, widened on the fly: less work where few tiles share the panel. */
    void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, int[] w, int wFrom, int inputs);

    /** The same with int8. */
    void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, byte[] w, int wFrom, int inputs);

    /** Widens a stretch of a panel of bfloat16 pairs to {@code floats[inputs][32]}. */
    void widenPanel(float[] floats, int[] pairs, int from, int inputs);

    /** Widens a stretch of a panel of int8 to {@code floats[inputs][32]}. */
    void widenPanel(float[] floats, byte[] int8, int from, int inputs);

    /** Widens keys or values: {@code floats[i] = bf16[from + i]} for {@code count} elements, a multiple of 16. */
    void widen(float[] floats, short[] bf16, int from, int count);

    /**
     * Scores all queries against 16 keys: {@code weights[q][slot + t] = (Σd queries[q][d] · keys[d][t]) · scale}, a
     * chain over ascending d.
     *
     * @param keys {@code [headDim, keyStride]} from {@code keysFrom}
     */
    void scores(QueryBlock block, int slot, float[] keys, int keysFrom, int keyStride);

    /**
     * Turns the first scores of a query into {@code exp(score - largest)} and returns their sum, which is added up as
     * 16 interleaved sums and then in a fixed tree.
     *
     * @param slots a multiple of 16, with minus infinity where there is no key
     * @return NaN if a score is NaN or plus infinity
     */
    float softmax(QueryBlock block, int query, int slots);

    /**
     * Adds weighted values for some queries: {@code out[q][d] += Σt weights[q][slot + t] · values[t][d]}, a chain over
     * ascending t.
     *
     * @param query first of the queries
     * @param queries 1 or 4
     * @param values {@code [tokens, valueStride]} from {@code valuesFrom}
     */
    void weigh(
            QueryBlock block,
            int query,
            int queries,
            int slot,
            int tokens,
            float[] values,
            int valuesFrom,
            int valueStride);

    /** {@code gate[i] = silu(gate[i]) * up[i]} for 32 elements, {@code silu(g) = g / (1 + exp(-g))}. */
    void swiGlu(float[] gate, int gateFrom, float[] up, int upFrom);
}
