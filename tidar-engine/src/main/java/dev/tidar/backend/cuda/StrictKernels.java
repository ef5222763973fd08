package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaMatrix;

/** Products in float, one chain of fused multiply-adds over ascending inputs for each output. */
final class StrictKernels implements ProductKernels {

    private static final int ROWS = 16;
    private static final int THREADS = 64;

    private final CudaDevice device;

    StrictKernels(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void multiply(Product p) {
        device.launch("linear_strict_" + p.w().typeName(), grid(p.w(), p.rows()), arguments(p, 0, 0));
    }

    @Override
    public void score(Product p) {
        multiply(p);
    }

    @Override
    public Head head(CudaMatrix head, int rows) {
        Grid grid = grid(head, rows);
        return new Head("sample_strict_" + head.typeName(), grid, grid.x());
    }

    @Override
    public long scratchBytes(int rows) {
        return 0;
    }

    private static Grid grid(CudaMatrix matrix, int rows) {
        return Grid.of(matrix.paddedRows() / CudaMatrix.TILE, (rows + ROWS - 1) / ROWS, THREADS);
    }

    /** The arguments that all kernels of products take. */
    static long[] arguments(Product p, long partials, long tickets) {
        return new long[] {
            p.y(),
            p.x(),
            p.w().weights().address(),
            p.w().scaleAddress(),
            p.bias(),
            p.addend(),
            partials,
            tickets,
            p.epilogue().number(),
            p.rows(),
            p.outputs(),
            p.w().paddedRows(),
            p.w().columns(),
            p.yPitch(),
            p.xPitch(),
            p.firstAddend()
        };
    }
}
