package dev.tidar.backend.cpu;

/** The scratch memory of the verbs, which grows when tensors and caches are allocated. Each worker has its own part. */
public final class Workspace {

    /** The number of inputs of a panel that are widened at a time: 16 KiB of floats, half of a first-level cache. */
    static final int WIDE_INPUTS = 128;

    /** The part that one worker writes. */
    static final class Part {
        /** Widened weights, {@code [WIDE_INPUTS, 32]}. */
        final float[] wide = new float[WIDE_INPUTS * PackedMatrix.PANEL];
        /** Sums of a run of panels, {@code [panels, rows, 32]}. */
        float[] sums = new float[4 * PackedMatrix.PANEL];

        /** Sums of one group of inputs for a tile of rows, {@code [rows of a tile, 32]}. */
        final float[] groupSums;

        float[] adapterSums = new float[4 * PackedMatrix.PANEL];
        final QueryBlock queries = new QueryBlock();

        Part(int tileRows) {
            groupSums = new float[tileRows * PackedMatrix.PANEL];
        }
    }

    private final Part[] parts;
    /** Rows of x as tiles. */
    final RowTiles inputs = new RowTiles();
    /** Drafting rows of x, then their ranks, as tiles. */
    final RowTiles adapterInputs = new RowTiles();

    float[] ranks = new float[0];

    public Workspace(KernelChoice choice, int threads) {
        parts = new Part[threads];
        for (int i = 0; i < threads; i++) {
            parts[i] = new Part(choice.kernels().tileRows());
        }
    }

    /**
     * The bytes that the workspace takes at its largest.
     *
     * @param rows rows of the widest step
     * @param elements elements of the largest tensor
     */
    public static long heapBytes(int rows, long elements, int threads, HeapArrays arrays) {
        long part = arrays.floats(WIDE_INPUTS * PackedMatrix.PANEL) + 2 * arrays.floats(2L * rows * PackedMatrix.PANEL);
        return 2 * arrays.floats(elements) + threads * part;
    }

    Part part(int worker) {
        return parts[worker];
    }

    /** Makes room for products and attention over this number of rows. */
    public void reserveRows(int rows, int columns) {
        inputs.reserve(rows * columns);
        adapterInputs.reserve(rows * columns);
        for (Part part : parts) {
            if (part.sums.length < 2 * rows * PackedMatrix.PANEL) {
                part.sums = new float[2 * rows * PackedMatrix.PANEL];
                part.adapterSums = new float[2 * rows * PackedMatrix.PANEL];
            }
        }
    }

    /** Makes room for the ranks of an adapter. */
    void reserveRanks(int elements) {
        if (ranks.length < elements) {
            ranks = new float[elements];
        }
    }
}
