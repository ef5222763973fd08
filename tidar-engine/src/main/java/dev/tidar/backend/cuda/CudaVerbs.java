package dev.tidar.backend.cuda;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Gpu;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.backend.cuda.memory.CudaGain;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaKv;
import dev.tidar.backend.cuda.memory.CudaRotaryTable;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.memory.IdsPool;
import dev.tidar.backend.cuda.step.CapturedProgram;
import dev.tidar.backend.cuda.step.CurrentStep;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.RotaryAngles;
import dev.tidar.tensor.Rotation;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The verbs of a backend on one GPU, and the memory that they use. Callers have checked the arguments. Confined to the
 * engine thread.
 */
public final class CudaVerbs implements AutoCloseable {

    private final Gpu gpu;
    private final Arithmetic arithmetic;
    private final boolean captures;
    private final CudaDevice device;
    private final IdsPool ids;
    private final CurrentStep step;
    private final WeightPacker packer;
    private final Forms forms;
    private final ProductKernels kernels;
    private final Products products;
    private final RowVerbs rows;
    private final Attention attention;
    private final HeadSampler sampler;

    /**
     * Takes a device.
     *
     * @param captures whether steps are captured; otherwise every step is queued verb by verb
     * @throws dev.tidar.api.DeviceException if the device cannot be used; nothing stays allocated then
     */
    public CudaVerbs(WeightFormat weights, Arithmetic arithmetic, Gpu gpu, boolean captures) {
        this.gpu = gpu;
        this.arithmetic = arithmetic;
        this.captures = captures;
        this.device = new CudaDevice(gpu);
        try {
            this.ids = new IdsPool(device);
            this.step = new CurrentStep(device);
        } catch (RuntimeException | Error e) {
            device.closeAfter(e);
            throw e;
        }
        this.packer = new WeightPacker(weights, device, arithmetic);
        this.forms = new Forms(device, arithmetic);
        this.kernels = arithmetic == Arithmetic.FAST ? new TileKernels(device) : new StrictKernels(device);
        this.products = new Products(device, arithmetic, forms, kernels);
        this.rows = new RowVerbs(device, step, arithmetic, forms);
        this.attention = new Attention(device, step, arithmetic, forms);
        this.sampler = new HeadSampler(device, step, forms, products, kernels);
    }

    public WeightPacker packer() {
        return packer;
    }

    /**
     * Prepares the steps of one network.
     *
     * @param kv the KV cache that all its attention layers use
     * @param heads the head geometry of all its attention layers
     * @param maxRows the number of rows of its tensors; no step is padded beyond it
     * @param verbs calls the verbs of a step
     */
    public StepProgram program(CudaKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs) {
        return new CapturedProgram(device, ids, step, attention.shape(kv, heads), maxRows, captures, verbs);
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

    public HeadSampler sampler() {
        return sampler;
    }

    /** A tensor of zeros. */
    public CudaTensor allocate(int numRows, int columns) {
        if (numRows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "tensor must have rows and columns, but is [%d, %d]".formatted(numRows, columns));
        }
        long bytes = (long) numRows * columns * Float.BYTES;
        Region floats = device.memory().allocateZeros(bytes, "activations");
        return new CudaTensor(numRows, columns, floats, narrow(numRows, columns));
    }

    /** The bytes that {@link #allocate} takes for a tensor. */
    public long tensorBytes(int numRows, int columns) {
        return (long) numRows * columns * Float.BYTES
                + (arithmetic == Arithmetic.STRICT ? 0 : narrowBytes(numRows, columns));
    }

    private static long narrowBytes(int numRows, int columns) {
        return (long) numRows * CudaTensor.pitch(columns) * Short.BYTES;
    }

    private Optional<Region> narrow(int numRows, int columns) {
        if (arithmetic == Arithmetic.STRICT) {
            return Optional.empty();
        }
        long bytes = narrowBytes(numRows, columns);
        return Optional.of(device.memory().allocateZeros(bytes, "activations"));
    }

    /**
     * The scratch memory of steps with so many rows, without what grows with the context: logits of sampled rows, and
     * parts of products. An upper bound of both.
     *
     * @param outputs of the widest layer, which is the head
     */
    public long scratchBytes(int numRows, int outputs) {
        return FilteredSampling.scratchBytes(numRows, outputs) + kernels.scratchBytes(numRows);
    }

    public CudaIds allocateIds(int capacity) {
        return ids.allocate(capacity);
    }

    public CudaKv allocateKv(KvGeometry geometry, int blocks) {
        Region memory = device.memory().allocate(blocks * geometry.blockBytes(), "keys and values");
        return new CudaKv(memory, geometry, blocks);
    }

    public CudaGain gain(float[] values) {
        return new CudaGain(device.upload(values, "a norm"), values.length);
    }

    public CudaRotaryTable rotaryTable(Rotation rotation, int positions) {
        RotaryAngles angles = RotaryAngles.of(rotation, positions);
        float[] scales = angles.queryScales();
        return new CudaRotaryTable(
                device.upload(angles.cosines(), "rotations"),
                device.upload(angles.sines(), "rotations"),
                scales.length == 0 ? Optional.empty() : Optional.of(device.upload(scales, "scales of queries")),
                positions,
                rotation.headDim() / 2);
    }

    public void write(CudaIds to, int[] values) {
        device.staging().ints(to.address(), values);
    }

    public int[] read(CudaIds from, int count) {
        return ids.read(from, count);
    }

    public float[] read(CudaTensor from, int numRows) {
        return device.staging().read(forms.floats(from, numRows), numRows * from.columns());
    }

    /** The element type of a cache that attention reads fastest. */
    public DType cacheType() {
        return arithmetic == Arithmetic.FAST ? DType.BF16 : DType.F32;
    }

    /** The number of bytes of device memory that are free at the moment. */
    public long freeBytes() {
        return device.freeBytes();
    }

    /** The name of the device for logs: {@code cuda:0, NVIDIA H100 80GB HBM3}. */
    public String deviceName() {
        return gpu.id() + ", " + gpu.name();
    }

    /** The names of the arithmetic and of the form in which the kernels were loaded: {@code cuda-bf16-sm90}. */
    public String kernelsName() {
        return arithmetic.kernels() + "-" + device.kernelImage();
    }

    @Override
    public void close() {
        device.close();
    }
}
