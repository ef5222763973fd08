package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Gpu;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.backend.cuda.memory.Scratch;

/**
 * Products on the tensor cores, in tiles of rows by 128 outputs. A row has the same bits in every tile, so one family
 * of kernels serves all row counts, single rows included.
 *
 * <p>A matrix with few outputs would leave multiprocessors idle, so the inputs are split over CUDA blocks as well; the
 * number of parts depends on the matrix and the device alone, never on the rows.
 */
final class TileKernels implements ProductKernels {

    private static final int THREADS = 256;
    private static final int OUTPUTS = 128;

    /** The smallest number of inputs of a split. */
    private static final int SPLIT_INPUTS = 256;

    private static final int[] ROWS = {16, 32, 80, 128};

    /** The largest number of rows of a tile; it needs more shared memory than desktop GPUs have. */
    private static final int MAX_ROWS = 144;

    private static final int[] HEAD_ROWS = {16, 32, 80};

    private final CudaDevice device;
    private final Scratch partials;
    private final Scratch tickets;

    TileKernels(CudaDevice device) {
        this.device = device;
        this.partials = Scratch.undefined(device, "parts of products");
        this.tickets = Scratch.zeros(device, "tickets of products");
    }

    @Override
    public void multiply(Product p) {
        if (p.rows() > 0) {
            multiply(p, splits(columns(p.w()), p.w().columns()));
        }
    }

    /** Does not split the inputs, because the kernels that sample do not. */
    @Override
    public void score(Product p) {
        multiply(p, 1);
    }

    private void multiply(Product p, int splits) {
        int tile = tile(p.rows());
        int blocks = (p.rows() + tile - 1) / tile;
        int columns = columns(p.w());
        long parts = 0;
        long turns = 0;
        if (splits > 1) {
            parts = partials.reserve((long) splits * blocks * tile * columns * OUTPUTS * Float.BYTES);
            turns = tickets.reserve((long) blocks * columns * Integer.BYTES);
        }
        device.launch(
                "linear_tile%d_%s".formatted(tile, p.w().typeName()),
                new Grid(blocks, columns, splits, THREADS, shared(tile, p.w())),
                StrictKernels.arguments(p, parts, turns));
    }

    @Override
    public Head head(CudaMatrix head, int rows) {
        int tile = HEAD_ROWS[HEAD_ROWS.length - 1];
        for (int i = HEAD_ROWS.length - 1; i >= 0 && HEAD_ROWS[i] >= rows; i--) {
            tile = HEAD_ROWS[i];
        }
        int columns = columns(head);
        Grid grid = Grid.of((rows + tile - 1) / tile, columns, THREADS).withShared(shared(tile, head));
        return new Head("sample_tile%d_%s".formatted(tile, head.typeName()), grid, columns);
    }

    /**
     * Where a matrix is split at all, its splits have at most 4/3 as many blocks for a tile of rows as there are
     * multiprocessors; see {@link #splits}.
     */
    @Override
    public long scratchBytes(int rows) {
        long blocks = device.gpu().multiprocessors() * 4L / 3 + 1;
        return blocks * OUTPUTS * (rows + MAX_ROWS) * Float.BYTES;
    }

    /**
     * The smallest tile that takes all rows, so that weights are read once; if there is none, the tile with the least
     * padding.
     */
    private int tile(int rows) {
        for (int tile : ROWS) {
            if (rows <= tile) {
                return tile;
            }
        }
        int max = ROWS[ROWS.length - 1];
        return fitsMaxRows() && CudaMatrix.roundUp(rows, MAX_ROWS) < CudaMatrix.roundUp(rows, max) ? MAX_ROWS : max;
    }

    private boolean fitsMaxRows() {
        Gpu gpu = device.gpu();
        return gpu.major() == 8 && gpu.minor() == 0 || gpu.major() == 9 || gpu.major() == 10;
    }

    private static int columns(CudaMatrix w) {
        return (w.paddedRows() + OUTPUTS - 1) / OUTPUTS;
    }

    private int splits(int columns, int inputs) {
        int filling = Math.round((float) device.gpu().multiprocessors() / columns);
        return Math.max(1, Math.min(filling, inputs / SPLIT_INPUTS));
    }

    /**
     * The shared memory that the header of {@code linear_tile.cu} states: several stages of both inputs, or the sums at
     * the end.
     */
    private static int shared(int rows, CudaMatrix w) {
        int stages = rows <= 32 ? 4 : 3;
        int stage = rows * CudaMatrix.TILE * 2 + OUTPUTS * w.type().rowBytes(CudaMatrix.TILE);
        return Math.max(stages * stage, rows * 544);
    }
}
