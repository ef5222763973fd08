package dev.tidar.backend.cuda;

import dev.tidar.api.WeightFormat;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.util.Optional;

/**
 * All that a backend does on one GPU, and the memory that it does it in. Arguments are taken to be right. Confined to
 * the engine thread.
 */
public final class CudaVerbs implements AutoCloseable {

    private final Gpu gpu;
    private final Arithmetic arithmetic;
    private final CudaDevice device;
    private final WeightPacker packer;
    private final StepRunner steps;
    private final Forms forms;
    private final Products products;
    private final RowVerbs rows;
    private final Attention attention;
    private final HeadSampler sampled;

    /**
     * Takes a device.
     *
     * @param captures whether steps are captured; else every step is queued verb by verb
     * @throws dev.tidar.api.DeviceException if it cannot be used
     */
    public CudaVerbs(WeightFormat weights, Arithmetic arithmetic, Gpu gpu, boolean captures) {
        this.gpu = gpu;
        this.arithmetic = arithmetic;
        this.device = new CudaDevice(gpu);
        this.packer = new WeightPacker(weights, device, arithmetic);
        this.steps = new StepRunner(device, captures);
        Runnable moved = steps::forgetGraphs;
        this.forms = new Forms(device, arithmetic);
        ProductKernels kernels =
                arithmetic == Arithmetic.FAST ? new TileKernels(device, moved) : new StrictKernels(device);
        this.products = new Products(device, arithmetic, forms, kernels, moved);
        this.rows = new RowVerbs(device, arithmetic, forms);
        this.attention = new Attention(device, arithmetic, forms, moved);
        this.sampled = new HeadSampler(device, forms, products, kernels, moved);
    }

    public WeightPacker packer() {
        return packer;
    }

    public StepRunner steps() {
        return steps;
    }

    public Products products() {
        return products;
    }

    public RowVerbs rows() {
        return rows;
    }

    public Attention attention() {
        return attention;
    }

    public HeadSampler sampled() {
        return sampled;
    }

    /** Zeros. */
    public CudaTensor allocate(int numRows, int columns) {
        if (numRows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "tensor must have rows and columns, but is [%d, %d]".formatted(numRows, columns));
        }
        steps.room(numRows);
        long bytes = (long) numRows * columns * Float.BYTES;
        Region floats = device.memory().allocateZeros(bytes, "activations");
        return new CudaTensor(numRows, columns, floats, narrow(numRows, columns));
    }

    private Optional<Region> narrow(int numRows, int columns) {
        if (arithmetic == Arithmetic.STRICT) {
            return Optional.empty();
        }
        long bytes = (long) numRows * CudaTensor.pitch(columns) * Short.BYTES;
        return Optional.of(device.memory().allocateZeros(bytes, "activations"));
    }

    public CudaIds allocateIds(int capacity) {
        return device.ids().allocate(capacity);
    }

    /** The cache; steps read from the one that was allocated last. */
    public CudaKv allocateKv(KvGeometry geometry, int blocks) {
        Region memory = device.memory().allocate(blocks * geometry.blockBytes(), "keys and values");
        steps.blockTokens(geometry.blockTokens());
        return new CudaKv(memory, geometry, blocks);
    }

    public CudaGain gain(float[] values) {
        return new CudaGain(device.upload(values, "a norm"), values.length);
    }

    /** The angle is a float product; its cosine and sine are computed in double and rounded once, as on the CPU. */
    public CudaRotaryTable rotaryTable(float[] inverseFrequencies, int positions) {
        int frequencies = inverseFrequencies.length;
        if (positions < 1 || frequencies < 1 || (long) positions * frequencies > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("rotary table must have positions and frequencies, but has [%d, %d]"
                    .formatted(positions, frequencies));
        }
        float[] cosines = new float[positions * frequencies];
        float[] sines = new float[positions * frequencies];
        for (int at = 0; at < cosines.length; at++) {
            int position = at / frequencies;
            float angle = position * inverseFrequencies[at % frequencies];
            cosines[at] = (float) Math.cos(angle);
            sines[at] = (float) Math.sin(angle);
        }
        return new CudaRotaryTable(
                device.upload(cosines, "rotations"), device.upload(sines, "rotations"), positions, frequencies);
    }

    public void write(CudaIds to, int[] values) {
        device.ids().changed();
        device.staging().ints(to.address(), values);
    }

    public int[] read(CudaIds from, int count) {
        return device.ids().read(from, count, device.staging());
    }

    public float[] read(CudaTensor from, int numRows) {
        return device.staging().read(forms.floats(from, numRows), numRows * from.columns());
    }

    /** The element type of a cache that attention reads fastest. */
    public DType cacheType() {
        return arithmetic == Arithmetic.FAST ? DType.BF16 : DType.F32;
    }

    /** Bytes of the device that are free now. */
    public long freeBytes() {
        return device.freeBytes();
    }

    /** For logs: {@code cuda:0, NVIDIA H100 80GB HBM3}. */
    public String deviceName() {
        return gpu.id() + ", " + gpu.name();
    }

    /** For logs: which arithmetic. */
    public String kernelsName() {
        return arithmetic.kernels();
    }

    @Override
    public void close() {
        device.close();
    }
}
