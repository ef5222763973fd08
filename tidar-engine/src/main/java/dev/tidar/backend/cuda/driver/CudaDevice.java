package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A GPU that this process computes on: its context, its memory, the kernels, and the captured steps. Closing it frees
 * them in the reverse order of their construction.
 *
 * <p>Confined to the engine thread.
 */
public final class CudaDevice implements AutoCloseable {

    private final Gpu gpu;
    private final JCudaContext context;
    private final Deque<Runnable> releases = new ArrayDeque<>();
    private final DeviceMemory memory;
    private final JCudaKernels kernels;
    private final Staging staging;
    private final GraphCache graphs;

    /**
     * Takes a device.
     *
     * @throws DeviceException if the driver rejects it; nothing stays allocated then
     */
    public CudaDevice(Gpu gpu) {
        this.gpu = gpu;
        this.context = new JCudaContext(gpu.ordinal());
        releases.push(context::close);
        try {
            this.memory = new DeviceMemory(context);
            releases.push(memory::close);
            this.kernels = new JCudaKernels(context, memory, gpu);
            releases.push(kernels::close);
            this.staging = new Staging(context, memory);
            releases.push(staging::close);
            this.graphs = new GraphCache(context);
            releases.push(graphs::invalidate);
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    /** The device as the driver describes it. */
    public Gpu gpu() {
        return gpu;
    }

    public JCudaContext context() {
        return context;
    }

    public DeviceMemory memory() {
        return memory;
    }

    public Staging staging() {
        return staging;
    }

    /** The steps that have been captured. */
    public GraphCache graphs() {
        return graphs;
    }

    /**
     * The form of the kernels that the driver has loaded: {@code ptx}, or the architecture of a cubin, as {@code sm90}.
     */
    public String kernelImage() {
        return kernels.image();
    }

    /** The number of bytes of device memory that are free at the moment. */
    public long freeBytes() {
        return context.memory()[0];
    }

    /** Queues a kernel; a grid without blocks queues nothing. */
    public void launch(String kernel, Grid grid, long... arguments) {
        if (!grid.isEmpty()) {
            kernels.launch(kernel, grid, arguments);
        }
    }

    /** Captures the operations that the work queues instead of running them. The work cannot allocate memory. */
    public JCudaContext.Graph capture(Runnable work) {
        memory.freeze(true);
        try {
            return context.capture(work);
        } finally {
            memory.freeze(false);
        }
    }

    /**
     * Frees memory that queued work and captured steps may still use: it waits for the work and invalidates the steps.
     */
    public void retire(Region region) {
        context.synchronize();
        graphs.invalidate();
        memory.free(region);
    }

    /** The bits of a float, as an argument of a kernel. */
    public static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    /** Copies floats to newly allocated memory, which stays until the device is closed. */
    public Region upload(float[] values, String use) {
        Region region = memory.allocate((long) values.length * Float.BYTES, use);
        staging.floats(region.address(), values);
        return region;
    }

    /**
     * Waits for queued work, then frees everything, even where the driver rejects one of the calls.
     *
     * @throws DeviceException the first rejection
     */
    @Override
    public void close() {
        List<DeviceException> rejections = new ArrayList<>();
        releases.push(context::synchronize);
        while (!releases.isEmpty()) {
            attempt(releases.pop()).ifPresent(rejections::add);
        }
        if (!rejections.isEmpty()) {
            DeviceException first = rejections.get(0);
            rejections.stream().skip(1).forEach(first::addSuppressed);
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

    /** Closes the device because of a failure. If closing fails too, that failure is added to the first one. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (DeviceException e) {
            failure.addSuppressed(e);
        }
    }
}
