package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireIndex;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.CpuGain;
import dev.tidar.backend.cpu.CpuHead;
import dev.tidar.backend.cpu.CpuIds;
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
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.backend.cpu.Workspace;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The verbs on the processor's cores, in float. The plain loops in {@link dev.tidar.backend.cpu} define what each verb
 * means; where the JVM has the vector module, SIMD kernels compute the same bits faster.
 *
 * <p>All memory is on the heap. A verb has finished when it returns.
 */
final class CpuDevice implements DeviceVerbs {

    private final KernelChoice choice;
    private final Activations activations;
    private final WorkerPool pool;
    private final Workspace workspace;
    private final MatrixPacker packer;
    private final Products products;
    private final RowOperations rowOperations;
    private final Attention attention;
    private final CpuHead head;
    private final HeadSampler sampler;

    /** @param activations AUTO is FLOAT */
    CpuDevice(WeightFormat weights, Activations activations, int threads, KernelChoice choice) {
        this.choice = choice;
        this.activations = activations;
        this.pool = new WorkerPool(threads);
        this.workspace = new Workspace(choice, threads);
        this.packer = new MatrixPacker(weights);
        this.products = new Products(choice, activations, pool, workspace);
        this.rowOperations = new RowOperations(pool);
        this.attention = new Attention(choice, pool, workspace);
        this.head = new CpuHead(products);
        this.sampler = new HeadSampler(pool);
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        CpuTensor tensor = new CpuTensor(rows, columns);
        workspace.reserveRows(rows, columns);
        return tensor;
    }

    @Override
    public Ids allocateIds(int capacity) {
        return new CpuIds(capacity);
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
    public RotaryTable rotaryTable(float[] inverseFrequencies, int maxPositions) {
        return new CpuRotaryTable(inverseFrequencies, maxPositions);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs) {
        return verbs::accept;
    }

    @Override
    public void embed(Tensor y, Linear table, StepRows rows) {
        rowOperations.embed(own(y), own(table), rows);
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
    public void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        attention.attend(own(out), own(qkv), heads, own(kv), layer, rows);
    }

    @Override
    public void verifyRows(Ids rows, StepInputs inputs) {
        write(rows, inputs.verifyRows());
    }

    @Override
    public void mixedRows(Ids rows, StepInputs inputs) {
        write(rows, inputs.mixedRows());
    }

    @Override
    public void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs) {
        int[] numbers = own(rows).values();
        for (VerifyPlan plan : inputs.plans()) {
            for (int i = plan.firstSample(); i < plan.firstSample() + plan.verifyRows(); i++) {
                if (numbers[i] != Ids.NONE) {
                    RowOperations.mix(own(y), own(x), i, plan.beta());
                }
            }
        }
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        int[] numbers = own(rows).values();
        requireRows(numbers, count, x.rows());
        int columns = x.columns();
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                System.arraycopy(own(x).values(), numbers[i] * columns, own(y).values(), i * columns, columns);
            }
        }
    }

    @Override
    public void sample(
            Ids sampled,
            SampledLogProbs logProbs,
            Tensor h,
            Linear weights,
            Ids rowNumbers,
            StepInputs inputs,
            Pass pass) {
        StepRows rows = inputs.rows();
        List<RowSampling> samplings = inputs.samplings(pass);
        requireRows(own(rowNumbers).values(), samplings.size(), rows.counts().total());
        sampler.sample(own(sampled), logProbs, head.of(own(h), own(weights)), own(rowNumbers), rows, samplings);
    }

    private static void requireRows(int[] numbers, int count, int rows) {
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                requireIndex("row number", numbers[i], rows);
            }
        }
    }

    @Override
    public void ban(int[] tokenIds) {
        sampler.ban(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        HeadSampler.accept(own(kept), own(draftRows), own(sampled), rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        System.arraycopy(values, 0, own(to).values(), 0, values.length);
    }

    @Override
    public int[] read(Ids from, int count) {
        return Arrays.copyOf(own(from).values(), count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        return Arrays.copyOf(own(from).values(), rows * from.columns());
    }

    @Override
    public BackendFacts facts() {
        return new BackendFacts(name(pool.threads()), kernels(choice.name(), activations), choice.degradations());
    }

    /** A CPU backend for the log. */
    static String name(int threads) {
        return "cpu, %d %s".formatted(threads, threads == 1 ? "thread" : "threads");
    }

    /** Kernels, and the arithmetic where it is not that of float activations, for the log. */
    static String kernels(String name, Activations activations) {
        return activations == Activations.INT8 ? name + "-int8" : name;
    }

    @Override
    public DeviceSizes sizes() {
        return new CpuSizes(packer, HeapArrays.ofThisJvm(), pool.threads());
    }

    @Override
    public DType cacheType() {
        return DType.F32;
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

    private static CpuIds own(Ids ids) {
        return (CpuIds) ids;
    }

    private static CpuLinear own(Linear linear) {
        return (CpuLinear) linear;
    }

    private static CpuKv own(PagedKv kv) {
        return (CpuKv) kv;
    }
}
