package dev.tidar.backend.jni;

import java.nio.ByteBuffer;

/**
 * The functions of the native library. Its C sources, in {@code kernels/src/main/c}, state shapes and cost of each.
 *
 * <p>Memory is native and given by address; nothing is checked here or there, so {@link NativeDevice} passes only what
 * it has allocated and measured. No function keeps an address, calls back, throws, or starts a thread. Each may run on
 * several threads at once, on different outputs.
 *
 * <p>What a function computes is what the class of {@code dev.tidar.backend.cpu} computes that its comment names, bit
 * for bit, at every {@linkplain #use level}.
 */
final class NativeKernels {

    /** The version of this interface. A library with another {@link #version} is not used. */
    static final int VERSION = 3;

    /** How a matrix is packed, and what it is multiplied by. All of them have panels of 32 outputs. */
    static final int F32 = 0;

    /** Weights in bfloat16, rows of x in float. */
    static final int BF16 = 1;

    /** Weights in int8 with a scale for each output, rows of x in float. */
    static final int INT8 = 2;

    /** Weights in int8 with a scale for each output, rows of x in int8 with a scale for each group of inputs. */
    static final int INT8_BY_INT8 = 3;

    /** What {@link #product} does with its results. */
    static final int STORE = 0;

    static final int ADD = 1;

    static final int SWIGLU = 2;

    private NativeKernels() {}

    /** The version of the interface that the library was compiled with. */
    static native int version();

    /** The levels of the library that this processor and this system can run, as a set of bits {@code 1 << level}. */
    static native int levels();

    /**
     * Makes a level the one that all functions use from now on. Levels, each a superset of what stands before it on the
     * same kind of processor: 0 plain C; 1 AVX2; 2 AVX-VNNI; 3 AVX-512 VNNI; 16 plain C on aarch64; 17 dotprod; 18
     * i8mm. Weights that were packed at one level are not read at another.
     */
    static native void use(int level);

    /**
     * Reserves zeroed memory, aligned to a page. The system commits its pages when they are first touched.
     *
     * @return 0 if the system has none
     */
    static native long reserve(long bytes);

    /**
     * Asks the system to back reserved memory with large pages, of which it then commits 2 MiB at a time: for what is
     * read from end to end. A wish; nothing happens where there are none.
     */
    static native void preferLargePages(long address, long bytes);

    /** Gives back what {@link #reserve} returned. */
    static native void release(long address, long bytes);

    /**
     * Lets all other threads go before the one that calls, from now on: on Linux its nice value becomes 10 larger. A
     * wish; on Windows nothing happens, because there {@link Thread#setPriority} does it.
     */
    static native void lowerPriority();

    /** A buffer over memory, at most 2 GiB - 1 byte of it. */
    static native ByteBuffer view(long address, int bytes);

    /** The bytes of a panel of 32 outputs. */
    static native long panelBytes(int kind, int inputs);

    /**
     * Packs a panel.
     *
     * @param rows {@code [32, inputs]}: float for {@link #F32}, bfloat16 for {@link #BF16}, int8 for the others
     */
    static native void packPanel(long panel, int kind, long rows, int inputs);

    /**
     * Reads a packed row back: {@code y[k] = w[row][k] * scales[row] * factor}; {@code RowOperations.embed}.
     *
     * @param y {@code [inputs]}
     * @param scales of int8 weights; 0 otherwise
     */
    static native void readRow(long y, int kind, long panels, long scales, int inputs, int row, float factor);

    /** The bytes of one row of x that {@link #quantize} writes. */
    static native long quantizedBytes(int inputs);

    /**
     * Rounds rows to int8; {@code QuantizedRows}.
     *
     * @param q {@code rows} times {@link #quantizedBytes}
     * @param x {@code [rows, inputs]}
     */
    static native void quantize(long q, long x, int inputs, int rows);

    /** The bytes of scratch that {@link #product} needs for so many rows and panels. */
    static native long productScratch(int rows, int panels);

    /**
     * Multiplies rows by some panels and finishes them; {@code Products}. In order: the sums; times the scales; plus
     * the bias; for the last {@code drafting} rows plus the adapter's {@code upScales[n] * (ranks[r] · up[n])}; then y
     * is set, added to, or set to {@code silu(gate) * up} of pairs of panels.
     *
     * @param mode {@link #STORE}, {@link #ADD} or {@link #SWIGLU}; the last with an even number of panels from an even
     *     one
     * @param y {@code [rows, outputs]}
     * @param x {@code [rows, inputs]} in float, or what {@link #quantize} wrote for {@link #INT8_BY_INT8}
     * @param kind of the panels
     * @param panels the first panel of the matrix
     * @param scales {@code [panels of the matrix * 32]}, or 0
     * @param bias {@code [panels of the matrix * 32]}, or 0
     * @param ranks {@code [sources, drafting, rank]} in float
     * @param sources int: whose ranks the outputs of each panel of the matrix take; 0 where there is one source
     * @param rank inputs of {@code up}; 0 without an adapter
     * @param upKind {@link #F32}, {@link #BF16} or {@link #INT8}
     * @param up the first panel of the adapter's matrix, whose outputs stand in the order of the matrix's
     * @param upScales {@code [panels of the matrix * 32]}
     * @param panel the first panel to compute
     * @param count the number of panels to compute
     * @param scratch {@link #productScratch} bytes, of this thread
     */
    static native void product(
            int mode,
            long y,
            int outputs,
            long x,
            int rows,
            int inputs,
            int kind,
            long panels,
            long scales,
            long bias,
            int drafting,
            long ranks,
            long sources,
            int rank,
            int upKind,
            long up,
            long upScales,
            int panel,
            int count,
            long scratch);

    /** RMSNorm of rows {@code [rows, columns]}, y may be x; {@code RowOperations.rmsNorm}. */
    static native void rmsNorm(long y, long x, long gain, float epsilon, int columns, int rows);

    /**
     * Normalises and rotates queries and keys in place, and stores keys and values of the exact rows;
     * {@code RowOperations.rotateAndStore}.
     *
     * @param qkv {@code [, numHeads + 2 * numKvHeads, headDim]}
     * @param row the first row
     * @param rows the number of rows
     * @param exact all rows before this one are exact
     * @param queryGain {@code [headDim]}, or 0 without head norms
     * @param keyGain {@code [headDim]}, or 0 without head norms
     * @param cosines {@code [positions, headDim / 2]}
     * @param sines {@code [positions, headDim / 2]}
     * @param queryScales {@code [positions]}, or 0 where queries are not scaled
     * @param positions int {@code [all rows]}
     * @param blocks int {@code [exact]}: the KV block of each exact row's position
     * @param kv the first block; blocks are laid out as in {@code CpuKv}
     * @param kvKind {@link #F32} or {@link #BF16}
     */
    static native void rotateAndStore(
            long qkv,
            int row,
            int rows,
            int exact,
            int numHeads,
            int numKvHeads,
            int headDim,
            long queryGain,
            long keyGain,
            float epsilon,
            long cosines,
            long sines,
            long queryScales,
            long positions,
            long blocks,
            long kv,
            int kvKind,
            int blockTokens,
            long blockBytes,
            int layer);

    /** The bytes of scratch that {@link #attend} needs for so many queries that see so many blocks and fresh keys. */
    static native long attentionScratch(int queries, int headDim, int blocks, int blockTokens, int fresh);

    /**
     * Attention of a run of rows that share their sequence, or their group, with the query heads of one key/value head;
     * {@code Attention}.
     *
     * @param out {@code [, numHeads, headDim]}
     * @param qkv {@code [, numHeads + 2 * numKvHeads, headDim]}
     * @param row the first row of the run
     * @param rows the number of rows of the run
     * @param positions int {@code [all rows]}
     * @param window tokens of the window: a row sees no cached key before its position + 1 - window
     * @param visible int {@code [all rows]}: the cached keys that each row sees, but for these
     * @param groupFirst the first row of the group
     * @param groupRows the number of rows of the group; 0 for exact rows
     * @param blockTable int: the KV blocks of the sequence
     * @param scratch {@link #attentionScratch} bytes, of this thread
     */
    static native void attend(
            long out,
            long qkv,
            int row,
            int rows,
            int kvHead,
            int numHeads,
            int numKvHeads,
            int headDim,
            long positions,
            int window,
            long visible,
            int groupFirst,
            int groupRows,
            long blockTable,
            long kv,
            int kvKind,
            int blockTokens,
            long blockBytes,
            int layer,
            long scratch);

    /** Copies bytes, a multiple of 4. */
    static native void copy(long to, long from, long bytes);

    /** Copies floats to the start of a Java array, which has room for them. */
    static native void read(float[] to, long from, int count);

    /** {@code y = beta * y + (1 - beta) * x} over one row; {@code RowOperations.mix}. */
    static native void mix(long y, long x, int columns, float beta);

    /** Sets one float. */
    static native void write(long to, float value);

    /** The id of the highest score, the lowest one in a tie, or -1; {@code TokenSampler.best}. */
    static native int best(long scores, int count);
}
