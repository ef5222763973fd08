package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireAccept;
import static dev.tidar.backend.Arguments.requireAttention;
import static dev.tidar.backend.Arguments.requireBanned;
import static dev.tidar.backend.Arguments.requireEmbed;
import static dev.tidar.backend.Arguments.requireGated;
import static dev.tidar.backend.Arguments.requireGather;
import static dev.tidar.backend.Arguments.requireIds;
import static dev.tidar.backend.Arguments.requireIndex;
import static dev.tidar.backend.Arguments.requireMix;
import static dev.tidar.backend.Arguments.requireNorm;
import static dev.tidar.backend.Arguments.requirePair;
import static dev.tidar.backend.Arguments.requireProduct;
import static dev.tidar.backend.Arguments.requireRotation;
import static dev.tidar.backend.Arguments.requireSample;
import static dev.tidar.backend.Arguments.requireShape;
import static dev.tidar.backend.Arguments.requireStack;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.CpuGain;
import dev.tidar.backend.cpu.CpuIds;
import dev.tidar.backend.cpu.CpuKv;
import dev.tidar.backend.cpu.CpuLinear;
import dev.tidar.backend.cpu.CpuRotaryTable;
import dev.tidar.backend.cpu.CpuTensor;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cpu.MatrixPacker;
import dev.tidar.backend.cpu.Products;
import dev.tidar.backend.cpu.RowOperations;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.backend.cpu.Workspace;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.RowCounts;
import dev.tidar.step.Pass;
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
import dev.tidar.tensor.SampledLogProbs;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The verbs on the processor's cores, in float. What each verb means is said in {@link dev.tidar.backend.cpu} in plain
 * loops; where the JVM has the vector module, SIMD kernels compute the same bits faster.
 *
 * <p>All memory is on the heap. A verb has finished when it returns. This class checks arguments and hands over.
 */
public final class CpuBackend implements Backend {

    private final KernelChoice choice;
    private final WorkerPool pool;
    private final Workspace workspace;
    private final MatrixPacker packer;
    private final Products products;
    private final RowOperations rowOperations;
    private final Attention attention;
    private final HeadSampler sampled;

    /** A backend with the best kernels that this JVM can run. */
    public CpuBackend(WeightFormat weights, int threads) {
        this(weights, threads, KernelChoice.automatic());
    }

    /** A backend with these kernels. */
    public CpuBackend(WeightFormat weights, int threads, KernelChoice choice) {
        this.choice = choice;
        this.pool = new WorkerPool(threads);
        this.workspace = new Workspace(threads);
        this.packer = new MatrixPacker(weights);
        this.products = new Products(choice, pool, workspace);
        this.rowOperations = new RowOperations(pool);
        this.attention = new Attention(choice, pool, workspace);
        this.sampled = new HeadSampler(products, pool);
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
        requireStack(stacked);
        return packer.stacked(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        requirePair(gate, up);
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
        requireEmbed(y, table, rows);
        requireGated("table", isGated(table), false);
        rowOperations.embed((CpuTensor) y, (CpuLinear) table, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        requireNorm(y, x, gain, rows);
        rowOperations.rmsNorm((CpuTensor) y, (CpuTensor) x, (CpuGain) gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireGated("w", isGated(w), false);
        products.linear((CpuTensor) y, (CpuTensor) x, (CpuLinear) w, rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireGated("w", isGated(w), false);
        products.linearAdd((CpuTensor) y, (CpuTensor) x, (CpuLinear) w, rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        requireProduct(y, x, gated, rows);
        requireGated("w", isGated(gated), true);
        products.swiGlu((CpuTensor) y, (CpuTensor) x, (CpuLinear) gated, rows);
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
        requireAttention(qkv, heads, kv, layer, rows);
        CpuRotaryTable table = (CpuRotaryTable) rope;
        requireRotation(heads, norms, table.headDim(), rope, rows);
        rowOperations.rotateAndStore((CpuTensor) qkv, heads, norms, table, (CpuKv) kv, layer, rows);
    }

    @Override
    public void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        requireAttention(qkv, heads, kv, layer, rows);
        requireShape("out", out, rows.counts().total(), heads.queryColumns());
        attention.attend((CpuTensor) out, (CpuTensor) qkv, heads, (CpuKv) kv, layer, rows);
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
        requireMix(y, x, rows, inputs);
        int[] numbers = ((CpuIds) rows).values();
        for (VerifyPlan plan : inputs.plans()) {
            for (int i = plan.firstSample(); i < plan.firstSample() + plan.verifyRows(); i++) {
                if (numbers[i] != Ids.NONE) {
                    RowOperations.mix((CpuTensor) y, (CpuTensor) x, i, plan.beta());
                }
            }
        }
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        requireGather(y, x, rows, count);
        int[] numbers = ((CpuIds) rows).values();
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                requireIndex("row number", numbers[i], x.rows());
            }
        }
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                int columns = x.columns();
                System.arraycopy(
                        ((CpuTensor) x).values(), numbers[i] * columns, ((CpuTensor) y).values(), i * columns, columns);
            }
        }
    }

    @Override
    public void sample(
            Ids sampled,
            SampledLogProbs logProbs,
            Tensor h,
            Linear head,
            Ids rowNumbers,
            StepInputs inputs,
            Pass pass) {
        StepRows rows = inputs.rows();
        List<RowSampling> rules = inputs.rules(pass);
        requireSample(sampled, logProbs, h, head, rowNumbers, rules);
        requireGated("head", isGated(head), false);
        for (int i = 0; i < rules.size(); i++) {
            int row = ((CpuIds) rowNumbers).values()[i];
            if (row != Ids.NONE) {
                requireIndex("row number", row, rows.counts().total());
            }
        }
        this.sampled.sample(
                (CpuIds) sampled, logProbs, (CpuTensor) h, (CpuLinear) head, (CpuIds) rowNumbers, rows, rules);
    }

    @Override
    public void ban(int[] tokenIds) {
        requireBanned(tokenIds);
        sampled.ban(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        requireAccept(kept, draftRows, sampled, rows, plans);
        HeadSampler.accept((CpuIds) kept, (CpuIds) draftRows, (CpuIds) sampled, rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        requireIds(to, values.length);
        System.arraycopy(values, 0, ((CpuIds) to).values(), 0, values.length);
    }

    @Override
    public int[] read(Ids from, int count) {
        requireIds(from, count);
        return Arrays.copyOf(((CpuIds) from).values(), count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        requireShape("tensor", from, rows, from.columns());
        return Arrays.copyOf(((CpuTensor) from).values(), rows * from.columns());
    }

    @Override
    public BackendFacts facts() {
        int threads = pool.threads();
        return new BackendFacts(
                "cpu, %d %s".formatted(threads, threads == 1 ? "thread" : "threads"),
                choice.name(),
                choice.degradations());
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

    private static boolean isGated(Linear w) {
        return ((CpuLinear) w).isGated();
    }
}
