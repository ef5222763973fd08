package dev.tidar.backend.cuda.driver;

import java.nio.ByteBuffer;

/**
 * Carries weights to the device: the host fills one of two pinned buffers while the device copies from the other.
 *
 * <p>Confined to the engine thread.
 */
public final class Staging {

    private static final int BYTES = 4 << 20;

    private final JCudaContext context;
    private final PinnedMemory[] buffers = new PinnedMemory[2];
    private final JCudaContext.Event[] copied = new JCudaContext.Event[2];
    private final boolean[] queued = new boolean[2];
    private final Region landing;
    private int current;

    Staging(JCudaContext context, DeviceMemory memory) {
        this.context = context;
        this.landing = memory.allocate(BYTES, "weights on their way to the device");
        for (int i = 0; i < 2; i++) {
            buffers[i] = memory.pinned(BYTES);
            copied[i] = context.event();
        }
    }

    /** The number of bytes that one copy can carry. */
    public int capacity() {
        return BYTES;
    }

    /** The address that {@link #land} copies a buffer to; its next call overwrites it. */
    public long landing() {
        return landing.address();
    }

    /** Returns an empty buffer to write to; waits only if both are being copied. */
    public ByteBuffer buffer() {
        if (queued[current]) {
            context.await(copied[current]);
            queued[current] = false;
        }
        return buffers[current].bytes().clear();
    }

    /** Queues the copy of the content of {@link #buffer} to {@link #landing}, where kernels read it. */
    public void land() {
        send(landing.address());
    }

    /** Queues the copy of the content of {@link #buffer} to an address. */
    public void send(long address) {
        PinnedMemory from = buffers[current];
        context.copyToDevice(address, from, from.bytes().position());
        context.record(copied[current]);
        queued[current] = true;
        current = 1 - current;
    }

    /** Copies any number of floats to the device. */
    public void floats(long address, float[] values) {
        int step = BYTES / Float.BYTES;
        for (int from = 0; from < values.length; from += step) {
            ByteBuffer buffer = buffer();
            int count = Math.min(step, values.length - from);
            buffer.asFloatBuffer().put(values, from, count);
            buffer.position(count * Float.BYTES);
            send(address + (long) from * Float.BYTES);
        }
    }

    /** Copies any number of integers to the device. */
    public void ints(long address, int[] values) {
        int step = BYTES / Integer.BYTES;
        for (int from = 0; from < values.length; from += step) {
            ByteBuffer buffer = buffer();
            int count = Math.min(step, values.length - from);
            buffer.asIntBuffer().put(values, from, count);
            buffer.position(count * Integer.BYTES);
            send(address + (long) from * Integer.BYTES);
        }
    }

    /** Waits for all queued work and copies any number of floats to the host. */
    public float[] read(long address, int count) {
        float[] values = new float[count];
        int step = BYTES / Float.BYTES;
        for (int from = 0; from < count; from += step) {
            int now = Math.min(step, count - from);
            buffer(); // waits until nothing is copied from there any more
            context.copyToHost(buffers[current], address + (long) from * Float.BYTES, (long) now * Float.BYTES);
            context.synchronize();
            buffers[current].bytes().clear().asFloatBuffer().get(values, from, now);
        }
        return values;
    }

    /** Waits for all queued work and copies integers to the host; they must fit into one copy. */
    public int[] readInts(long address, int count) {
        int[] values = new int[count];
        buffer();
        context.copyToHost(buffers[current], address, (long) count * Integer.BYTES);
        context.synchronize();
        buffers[current].bytes().clear().asIntBuffer().get(values);
        return values;
    }

    void close() {
        for (JCudaContext.Event event : copied) {
            context.destroy(event);
        }
    }
}
