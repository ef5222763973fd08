package dev.tidar.backend.cuda;

import dev.tidar.api.DeviceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A GPU that this process computes on: its context, its memory, the kernels. Closing it gives everything back in the
 * order in which things depend on each other.
 *
 * <p>Confined to the engine thread.
 */
public final class CudaDevice implements AutoCloseable {

    private final Gpu gpu;
    private final JCudaContext context;
    private final Deque<Runnable> releases = new ArrayDeque<>();
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final Staging staging;
    private final IdsPool ids;
    private final StepBlock block;

    /**
     * Takes a device.
     *
     * @throws DeviceException if the driver refuses; nothing is held then
     */
    public CudaDevice(Gpu gpu) {
        this.gpu = gpu;
        this.context = new JCudaContext(gpu.ordinal());
        releases.push(context::close);
        try {
            this.memory = new DeviceMemory(context);
            releases.push(memory::close);
            this.kernels = new Kernels(context);
            releases.push(kernels::close);
            this.staging = new Staging(context, memory);
            releases.push(staging::close);
            this.ids = new IdsPool(context, memory);
            this.block = new StepBlock(context, memory);
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    Gpu gpu() {
        return gpu;
    }

    JCudaContext context() {
        return context;
    }

    DeviceMemory memory() {
        return memory;
    }

    Staging staging() {
        return staging;
    }

    IdsPool ids() {
        return ids;
    }

    StepBlock block() {
        return block;
    }

    /** Bytes of the device that are free now. */
    public long freeBytes() {
        return context.memory()[0];
    }

    /** Queues a kernel; a grid without blocks queues nothing. */
    void launch(String kernel, Grid grid, long... arguments) {
        if (grid.isEmpty()) {
            return;
        }
        ids.changed();
        context.launch(kernels.get(kernel), grid, arguments);
    }

    /** Captures what is queued meanwhile; no memory can be taken then. */
    JCudaContext.Graph capture(Runnable work) {
        memory.freeze(true);
        block.freeze(true);
        try {
            return context.capture(work);
        } finally {
            memory.freeze(false);
            block.freeze(false);
        }
    }

    /** A float among the arguments of a kernel. */
    static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    /** Floats on the device for good. */
    Region upload(float[] values, String use) {
        Region region = memory.allocate((long) values.length * Float.BYTES, use);
        staging.floats(region.address(), values);
        return region;
    }

    /** Has something released before what was there earlier. */
    void onClose(Runnable release) {
        releases.push(release);
    }

    /**
     * Waits for queued work, then gives everything back, also where one part refuses.
     *
     * @throws DeviceException the first refusal
     */
    @Override
    public void close() {
        List<DeviceException> refusals = new ArrayList<>();
        releases.push(context::synchronize);
        while (!releases.isEmpty()) {
            attempt(releases.pop()).ifPresent(refusals::add);
        }
        if (!refusals.isEmpty()) {
            DeviceException first = refusals.get(0);
            refusals.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private Optional<DeviceException> attempt(Runnable release) {
        try {
            if (!context.isLost()) {
                release.run();
            }
            return Optional.empty();
        } catch (DeviceException e) {
            return Optional.of(e);
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (DeviceException e) {
            failure.addSuppressed(e);
        }
    }
}
