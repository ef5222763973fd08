package dev.tidar.backend.cpu;

/**
 * The inner loops that are worth writing twice. {@link PlainKernels} says what each one computes; {@link VectorKernels}
 * computes the same bits: every sum is one chain of fused multiply-adds in a stated order, so the lanes of a vector
 * hold different outputs, never parts of one.
 *
 * <p>Stateless. Arrays belong to the caller; nothing is checked beyond the bounds of the arrays.
 */
interface Kernels {

    /** For logs: {@code plain}, or {@code vector-} and the bits of a register. */
    String name();

    /** Most rows of one {@link #tile}. */
    int tileRows();

    /**
     * One row times some panels: {@code sums[p][n] = Σk x[k] · w[panel + p][k][n]}, a chain over ascending k from zero.
     * Int8 weights are taken without their scales.
     *
     * @param sums {@code [panels, 32]}
     * @param panels 1 to 4; more than one only within four panels that start at a multiple of four
     * @param x {@code [inputs]}
     */
    void row(float[] sums, PackedMatrix w, int panel, int panels, float[] x);

    /**
     * Widens inputs {@code [fromInput, fromInput + inputs)} of a panel to {@code floats[inputs][32]}, scales left out.
     */
    void widen(float[] floats, PackedMatrix w, int panel, int fromInput, int inputs);

    /**
     * Some rows times a stretch of a widened or F32 panel, carrying on the chains: {@code sums[r][n] += Σk x[k][r] ·
     * w[k][n]}.
     *
     * @param rows 1 to {@link #tileRows}
     * @param sums {@code [rows, 32]} from {@code sumsFrom}
     * @param x {@code [inputs, rows]} from {@code xFrom}
     * @param w {@code [inputs, 32]} from {@code wFrom}
     */
    void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs);

    /** The same with a whole panel as it is packed, widened on the fly: less work where few tiles share the panel. */
    void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, PackedMatrix w, int panel);

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
     * Turns the first scores of a query into {@code exp(score - largest)} and returns their sum: 16 interleaved sums,
     * then a fixed tree.
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
