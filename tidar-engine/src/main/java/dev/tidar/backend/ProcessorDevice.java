package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireIndex;

import dev.tidar.api.Activations;
import dev.tidar.backend.cpu.CpuIds;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.Pass;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the devices on the processor's cores share, wherever their tensors lie: ids are on the heap, tokens are sampled
 * in Java, and a verb has finished when it returns.
 */
abstract class ProcessorDevice implements DeviceVerbs {

    final WorkerPool pool;
    private final HeadSampler sampler;

    ProcessorDevice(int threads) {
        this.pool = new WorkerPool(threads);
        this.sampler = new HeadSampler(pool);
    }

    /** {@code y[row] = beta · y[row] + (1 - beta) · x[row]}. */
    abstract void mixRow(Tensor y, Tensor x, int row, float beta);

    /** {@code y[to] = x[from]}. */
    abstract void copyRow(Tensor y, int to, Tensor x, int from);

    /** Where the logits of rows of h come from. */
    abstract HeadSampler.Head head(Tensor h, Linear weights);

    @Override
    public Ids allocateIds(int capacity) {
        return new CpuIds(capacity);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs) {
        return verbs::accept;
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
                    mixRow(y, x, i, plan.beta());
                }
            }
        }
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        int[] numbers = own(rows).values();
        requireRows(numbers, count, x.rows());
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                copyRow(y, i, x, numbers[i]);
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
        sampler.sample(own(sampled), logProbs, head(h, weights), own(rowNumbers), rows, samplings);
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
    public DType cacheType() {
        return DType.F32;
    }

    /**
     * The facts of a device on these threads.
     *
     * @param kernels their name; the arithmetic is added to it where it is not that of float activations
     */
    final BackendFacts facts(String kernels, Activations activations, List<String> degradations) {
        int threads = pool.threads();
        return new BackendFacts(
                "cpu, %d %s".formatted(threads, threads == 1 ? "thread" : "threads"),
                activations == Activations.INT8 ? kernels + "-int8" : kernels,
                degradations);
    }

    private static CpuIds own(Ids ids) {
        return (CpuIds) ids;
    }
}
