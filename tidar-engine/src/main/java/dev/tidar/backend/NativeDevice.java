package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireIndex;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.CpuIds;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.backend.jni.NativeGain;
import dev.tidar.backend.jni.NativeKv;
import dev.tidar.backend.jni.NativeLinear;
import dev.tidar.backend.jni.NativePacker;
import dev.tidar.backend.jni.NativeRotaryTable;
import dev.tidar.backend.jni.NativeTensor;
import dev.tidar.backend.jni.NativeVerbs;
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
 * The verbs on the processor's cores, in native code and native memory. {@link CpuDevice} defines what each verb means,
 * bit for bit; ids, and the logits that a token is sampled from, are on the heap. A verb has finished when it returns.
 */
final class NativeDevice implements DeviceVerbs {

    private final BackendFacts facts;
    private final WorkerPool pool;
    private final NativeVerbs verbs;
    private final NativePacker packer;
    private final HeadSampler sampler;

    /** @param activations FLOAT or INT8 */
    NativeDevice(WeightFormat weights, Activations activations, int threads, String level) {
        this.facts =
                new BackendFacts(CpuDevice.name(threads), CpuDevice.kernels("native-" + level, activations), List.of());
        this.pool = new WorkerPool(threads);
        this.verbs = new NativeVerbs(pool);
        this.packer = new NativePacker(verbs.memory(), pool, weights, activations == Activations.INT8);
        this.sampler = new HeadSampler(pool);
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new NativeTensor(verbs.memory(), rows, columns);
    }

    @Override
    public Ids allocateIds(int capacity) {
        return new CpuIds(capacity);
    }

    @Override
    public PagedKv allocateKv(KvGeometry geometry, int blocks) {
        return new NativeKv(verbs.memory(), geometry, blocks);
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
        return NativeGain.of(verbs.memory(), values);
    }

    @Override
    public RotaryTable rotaryTable(float[] inverseFrequencies, int maxPositions) {
        return NativeRotaryTable.of(verbs.memory(), inverseFrequencies, maxPositions);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> calls) {
        return calls::accept;
    }

    @Override
    public void embed(Tensor y, Linear table, StepRows rows) {
        verbs.rows().embed(own(y), own(table), rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        verbs.rows().rmsNorm(own(y), own(x), (NativeGain) gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        verbs.products().linear(own(y), own(x), own(w), rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        verbs.products().linearAdd(own(y), own(x), own(w), rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        verbs.products().swiGlu(own(y), own(x), own(gated), rows);
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
        verbs.rows().rotateAndStore(own(qkv), heads, norms, (NativeRotaryTable) rope, (NativeKv) kv, layer, rows);
    }

    @Override
    public void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        verbs.attention().attend(own(out), own(qkv), heads, (NativeKv) kv, layer, rows);
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
                    verbs.rows().mix(own(y), own(x), i, plan.beta());
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
                verbs.rows().copyRow(own(y), i, own(x), numbers[i]);
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
        HeadSampler.Head head = verbs.head().of(own(h), own(weights));
        sampler.sample(own(sampled), logProbs, head, own(rowNumbers), rows, samplings);
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
        return own(from).read(rows * from.columns());
    }

    @Override
    public BackendFacts facts() {
        return facts;
    }

    @Override
    public DeviceSizes sizes() {
        return new NativeSizes(packer, pool.threads());
    }

    @Override
    public DType cacheType() {
        return DType.F32;
    }

    @Override
    public OptionalLong freeBytes() {
        return SystemMemory.available();
    }

    @Override
    public void close() {
        verbs.close();
    }

    private static NativeTensor own(Tensor tensor) {
        return (NativeTensor) tensor;
    }

    private static CpuIds own(Ids ids) {
        return (CpuIds) ids;
    }

    private static NativeLinear own(Linear linear) {
        return (NativeLinear) linear;
    }
}
