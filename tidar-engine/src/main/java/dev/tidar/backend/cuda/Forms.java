package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.memory.CudaTensor;

/** Converts tensors to the form that a kernel reads. Confined to the engine thread. */
final class Forms {

    private static final int THREADS = 128;

    private final CudaDevice device;
    private final boolean narrow;

    Forms(CudaDevice device, Arithmetic arithmetic) {
        this.device = device;
        this.narrow = arithmetic == Arithmetic.FAST;
    }

    /** Returns the address of the first rows in float. */
    long floats(CudaTensor x, int rows) {
        if (x.isNarrow()) {
            device.launch("to_f32", Grid.of(rows, THREADS), x.floats(), x.narrow(), x.columns(), x.pitch());
            x.written(false);
        }
        return x.floats();
    }

    /** Returns the address of the first rows in the form that products read. */
    long inputs(CudaTensor x, int rows) {
        if (!narrow) {
            return x.floats();
        }
        if (!x.isNarrow()) {
            // The tensor stays marked as floats: the floats still hold the values, and with more precision.
            device.launch("to_bf16", Grid.of(rows, THREADS), x.narrow(), x.floats(), x.columns(), x.pitch());
        }
        return x.narrow();
    }

    /** The number of elements from one row of {@link #inputs} to the next. */
    int inputPitch(int columns) {
        return narrow ? CudaTensor.pitch(columns) : columns;
    }
}
