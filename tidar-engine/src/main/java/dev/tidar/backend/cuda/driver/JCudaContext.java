package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * The primary context of one device and one stream on it: the calls of the driver that the backend makes, with every
 * return code checked. Addresses are plain numbers outside of this class.
 *
 * <p>Copies, launches and clearing are queued in the stream, in order; {@link #synchronize} waits for them. A sticky
 * code marks the context as lost: no call is made on it any more, not even to free its memory.
 *
 * <p>Confined to the thread that opened it, because a context is current for one thread of the operating system.
 */
public final class JCudaContext implements AutoCloseable {

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private long numQueued;
    private boolean hasStream;
    private boolean lost;

    /**
     * Takes the device.
     *
     * @throws DeviceException if the driver rejects a call
     */
    JCudaContext(int ordinal) {
        check(JCudaDriver.cuInit(0), "starting the driver");
        check(JCudaDriver.cuDeviceGet(device, ordinal), "taking the device");
        check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "taking the context of the device");
        try {
            check(JCudaDriver.cuCtxSetCurrent(context), "entering the context");
            check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "creating a stream");
            hasStream = true;
        } catch (DeviceException e) {
            release();
            throw e;
        }
    }

    /** The version of CUDA that the driver knows: 13000 for 13.0. */
    int driverVersion() {
        int[] version = new int[1];
        check(JCudaDriver.cuDriverGetVersion(version), "asking for the version of the driver");
        return version[0];
    }

    // memory

    long allocate(long bytes) {
        DeviceAddress address = new DeviceAddress();
        check(JCudaDriver.cuMemAlloc(address, bytes), "allocating memory");
        return address.value();
    }

    void free(long address) {
        check(JCudaDriver.cuMemFree(device(address)), "freeing memory");
    }

    /** The free memory and all memory of the device, in bytes. */
    long[] memory() {
        long[] free = new long[1];
        long[] all = new long[1];
        check(JCudaDriver.cuMemGetInfo(free, all), "asking for free memory");
        return new long[] {free[0], all[0]};
    }

    PinnedMemory pinned(long bytes) {
        HostAddress host = new HostAddress(0);
        check(JCudaDriver.cuMemHostAlloc(host, bytes, 0), "allocating pinned memory");
        return new PinnedMemory(host.value(), host.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()));
    }

    void free(PinnedMemory memory) {
        check(JCudaDriver.cuMemFreeHost(new HostAddress(memory.address())), "freeing pinned memory");
    }

    // queued work

    /** Copies the first bytes of host memory. */
    public void copyToDevice(long to, PinnedMemory from, long bytes) {
        numQueued++;
        check(
                JCudaDriver.cuMemcpyHtoDAsync(device(to), new HostAddress(from.address()), bytes, stream),
                "copying to the device");
    }

    /** Queues a launch of a kernel; the table has the addresses of its parameters. */
    void launch(CUfunction kernel, String name, Grid grid, Pointer parameterTable) {
        numQueued++;
        check(
                JCudaDriver.cuLaunchKernel(
                        kernel,
                        grid.x(),
                        grid.y(),
                        grid.z(),
                        grid.threads(),
                        1,
                        1,
                        grid.sharedBytes(),
                        stream,
                        parameterTable,
                        null),
                name);
    }

    /** Copies to the beginning of host memory. */
    public void copyToHost(PinnedMemory to, long from, long bytes) {
        check(
                JCudaDriver.cuMemcpyDtoHAsync(new HostAddress(to.address()), device(from), bytes, stream),
                "copying from the device");
    }

    public void copyOnDevice(long to, long from, long bytes) {
        numQueued++;
        check(JCudaDriver.cuMemcpyDtoDAsync(device(to), device(from), bytes, stream), "copying on the device");
    }

    /** Sets every byte to zero. */
    void clear(long address, long bytes) {
        numQueued++;
        check(JCudaDriver.cuMemsetD8Async(device(address), (byte) 0, bytes, stream), "clearing memory");
    }

    /** The number of queued operations that can write device memory. While it stays the same, none has been queued. */
    public long numQueued() {
        return numQueued;
    }

    /**
     * Waits for all queued work. Where the wait fails with an error that passes, the work may still be running, and
     * would read and write memory that its owners believe to be at rest; so the stream is waited out before the error
     * is reported. A stream that cannot be waited out is lost.
     */
    public void synchronize() {
        int code = JCudaDriver.cuStreamSynchronize(stream);
        if (code != CUresult.CUDA_SUCCESS && !new CudaFault(code, "").isSticky()) {
            int again = JCudaDriver.cuStreamSynchronize(stream);
            if (again != CUresult.CUDA_SUCCESS) {
                lost = true;
                throw new CudaFault(again, CUresult.stringFor(again)).lasting("the end of the queued work, twice");
            }
        }
        check(code, "the end of the queued work");
    }

    // graphs

    /** Captures the operations that the work queues instead of running them. */
    Graph capture(Runnable work) {
        check(
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "beginning a capture");
        CUgraph captured = new CUgraph();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            if (!lost && JCudaDriver.cuStreamEndCapture(stream, captured) == CUresult.CUDA_SUCCESS) {
                JCudaDriver.cuGraphDestroy(captured); // the first failure is the one to report
            }
            throw e;
        }
        check(JCudaDriver.cuStreamEndCapture(stream, captured), "ending a capture");
        try {
            Graph graph = new Graph();
            check(JCudaDriver.cuGraphInstantiate(graph.handle, captured, 0), "instantiating a graph");
            return graph;
        } finally {
            if (!lost) {
                check(JCudaDriver.cuGraphDestroy(captured), "destroying a graph");
            }
        }
    }

    public void launch(Graph graph) {
        numQueued++;
        check(JCudaDriver.cuGraphLaunch(graph.handle, stream), "launching a step");
    }

    void destroy(Graph graph) {
        check(JCudaDriver.cuGraphExecDestroy(graph.handle), "destroying a graph");
    }

    // events

    Event event() {
        Event event = new Event();
        check(JCudaDriver.cuEventCreate(event.handle, CUevent_flags.CU_EVENT_DISABLE_TIMING), "creating an event");
        return event;
    }

    void record(Event event) {
        check(JCudaDriver.cuEventRecord(event.handle, stream), "recording an event");
    }

    void await(Event event) {
        check(JCudaDriver.cuEventSynchronize(event.handle), "waiting for an event");
    }

    void destroy(Event event) {
        check(JCudaDriver.cuEventDestroy(event.handle), "destroying an event");
    }

    // end

    /** Whether a sticky error has made the context unusable. */
    boolean isLost() {
        return lost;
    }

    /** Gives the device back. After a sticky error it leaves everything as it is, as the driver asks. */
    @Override
    public void close() {
        if (!lost) {
            release();
        }
    }

    private void release() {
        try {
            if (hasStream && !lost) {
                check(JCudaDriver.cuStreamDestroy(stream), "destroying the stream");
            }
        } finally {
            if (!lost) {
                check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "releasing the context");
            }
        }
    }

    /** @throws DeviceException unless the call succeeded */
    void check(int code, String call) {
        if (code != CUresult.CUDA_SUCCESS) {
            CudaFault fault = new CudaFault(code, CUresult.stringFor(code));
            lost |= fault.isSticky();
            throw fault.during(call);
        }
    }

    private static CUdeviceptr device(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }

    /** Captured work, ready to be launched again and again. */
    public static final class Graph {
        private final CUgraphExec handle = new CUgraphExec();
    }

    static final class Event {
        private final CUevent handle = new CUevent();
    }

    /** Gives access to the address that the driver writes. */
    private static final class DeviceAddress extends CUdeviceptr {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    /** Gives access to the address of host memory, and makes a pointer from an address. */
    static final class HostAddress extends Pointer {
        HostAddress(long address) {
            super(address);
        }

        long value() {
            return getNativePointer() + getByteOffset();
        }
    }
}
