package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.CpuGain;
import dev.tidar.backend.cpu.CpuHead;
import dev.tidar.backend.cpu.CpuKv;
import dev.tidar.backend.cpu.CpuLinear;
import dev.tidar.backend.cpu.CpuRotaryTable;
import dev.tidar.backend.cpu.CpuTensor;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.cpu.HeapArrays;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cpu.MatrixPacker;
import dev.tidar.backend.cpu.Products;
import dev.tidar.backend.cpu.RowOperations;
import dev.tidar.backend.cpu.Workspace;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The verbs on the processor's cores, in float. The plain loops in {@link dev.tidar.backend.cpu} define what each verb
 * means; where the JVM has the vector module, SIMD kernels compute the same bits faster.
 *
 * <p>All memory is on the heap. A verb has finished when it returns.
 */
final class CpuDevice extends ProcessorDevice {

    private final KernelChoice choice;
    private final Activations activations;
    private final Workspace workspace;
    private final MatrixPacker packer;
    private final Products products;
    private final RowOperations rowOperations;
    private final Attention attention;
    private final CpuHead head;

    /** @param activations AUTO is FLOAT */
    CpuDevice(WeightFormat weights, Activations activations, int threads, KernelChoice choice) {
        super(threads);
        this.choice = choice;
        this.activations = activations;
        this.workspace = new Workspace(choice, threads);
        this.packer = new MatrixPacker(weights, activations);
        this.products = new Products(choice, activations, pool, workspace);
        this.rowOperations = new RowOperations(pool);
        this.attention = new Attention(choice, pool, workspace);
        this.head = new CpuHead(products);
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        CpuTensor tensor = new CpuTensor(rows, columns);
        workspace.reserveRows(rows, columns);
        return tensor;
    }

    @Override
    public PagedKv allocateKv(KvGeometry geometry, int blocks) {
        return new CpuKv(geometry, blocks);
    }

    @Override
    public Linear linear(List<LinearSource> stacked) {
        return packer.stacked(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        return packer.gated(gate, up);
    }

    @Override
    public Gain gain(float[] values) {
        return new CpuGain(values);
    }

    @Override
    public RotaryTable rotaryTable(Rotation rotation, int maxPositions) {
        return new CpuRotaryTable(rotation, maxPositions);
    }

    @Override
    public void embed(Tensor y, Linear table, float factor, StepRows rows) {
        rowOperations.embed(own(y), own(table), factor, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        rowOperations.rmsNorm(own(y), own(x), (CpuGain) gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        products.linear(own(y), own(x), own(w), rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        products.linearAdd(own(y), own(x), own(w), rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        products.swiGlu(own(y), own(x), own(gated), rows);
    }

    @Override
    public void rotateAndStore(
            Tensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            RotaryTable rope,
            PagedKv kv,
            int layer,
            StepRows rows) {
        rowOperations.rotateAndStore(own(qkv), heads, norms, (CpuRotaryTable) rope, own(kv), layer, rows);
    }

    @Override
    public void attention(
            Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows) {
        attention.attend(own(out), own(qkv), heads, own(kv), layer, window, rows);
    }

    @Override
    void mixRow(Tensor y, Tensor x, int row, float beta) {
        RowOperations.mix(own(y), own(x), row, beta);
    }

    @Override
    void copyRow(Tensor y, int to, Tensor x, int from) {
        int columns = x.columns();
        System.arraycopy(own(x).values(), from * columns, own(y).values(), to * columns, columns);
    }

    @Override
    HeadSampler.Head head(Tensor h, Linear weights) {
        return head.of(own(h), own(weights));
    }

    @Override
    public float[] read(Tensor from, int rows) {
        return Arrays.copyOf(own(from).values(), rows * from.columns());
    }

    @Override
    public BackendFacts facts() {
        return facts(choice.name(), activations, choice.degradations());
    }

    @Override
    public DeviceSizes sizes() {
        return new CpuSizes(packer, HeapArrays.ofThisJvm(), pool.threads());
    }

    @Override
    public OptionalLong freeBytes() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static CpuTensor own(Tensor tensor) {
        return (CpuTensor) tensor;
    }

    private static CpuLinear own(Linear linear) {
        return (CpuLinear) linear;
    }

    private static CpuKv own(PagedKv kv) {
        return (CpuKv) kv;
    }
}
