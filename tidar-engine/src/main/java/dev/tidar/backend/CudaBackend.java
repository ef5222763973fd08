package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireAccept;
import static dev.tidar.backend.Arguments.requireAttention;
import static dev.tidar.backend.Arguments.requireEmbed;
import static dev.tidar.backend.Arguments.requireGated;
import static dev.tidar.backend.Arguments.requireGather;
import static dev.tidar.backend.Arguments.requireIds;
import static dev.tidar.backend.Arguments.requireMix;
import static dev.tidar.backend.Arguments.requireNorm;
import static dev.tidar.backend.Arguments.requirePair;
import static dev.tidar.backend.Arguments.requireSample;
import static dev.tidar.backend.Arguments.requireProduct;
import static dev.tidar.backend.Arguments.requireRotation;
import static dev.tidar.backend.Arguments.requireRowNumbers;
import static dev.tidar.backend.Arguments.requireShape;
import static dev.tidar.backend.Arguments.requireStack;
import static dev.tidar.backend.Arguments.requireBanned;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.memory.CudaGain;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaKv;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaRotaryTable;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.CudaVerbs;
import dev.tidar.backend.cuda.driver.Gpu;
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
import dev.tidar.tensor.SampledLogProbs;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The verbs on an NVIDIA GPU: the very bits of {@link CpuBackend} in strict arithmetic, on the tensor cores in fast
 * arithmetic. A step is one captured graph.
 *
 * <p>Verbs queue work and return; {@link #read} and a step wait for it. This class checks arguments and hands
 * over to {@link dev.tidar.backend.cuda}.
 */
public final class CudaBackend implements Backend {

    private final CudaVerbs verbs;

    /**
     * Takes a device.
     *
     * @param weights how the device holds the weights
     * @param arithmetic how it computes
     * @throws dev.tidar.api.DeviceException if it cannot be used
     */
    public CudaBackend(WeightFormat weights, Arithmetic arithmetic, Gpu gpu) {
        this(new CudaVerbs(weights, arithmetic, gpu, true));
    }

    /** For tests that compare steps with and without a graph. */
    CudaBackend(CudaVerbs verbs) {
        this.verbs = verbs;
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return verbs.allocate(rows, columns);
    }

    @Override
    public Ids allocateIds(int capacity) {
        return verbs.allocateIds(capacity);
    }

    @Override
    public PagedKv allocateKv(KvGeometry geometry, int blocks) {
        return verbs.allocateKv(geometry, blocks);
    }

    @Override
    public Linear linear(List<LinearSource> stacked) {
        requireStack(stacked);
        return verbs.packer().stacked(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        requirePair(gate, up);
        return verbs.packer().gated(gate, up);
    }

    @Override
    public Gain gain(float[] values) {
        return verbs.gain(values);
    }

    @Override
    public RotaryTable rotaryTable(float[] inverseFrequencies, int maxPositions) {
        return verbs.rotaryTable(inverseFrequencies, maxPositions);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> program) {
        return verbs.program((CudaKv) kv, heads, maxRows, program);
    }

    @Override
    public void embed(Tensor y, Linear table, StepRows rows) {
        requireEmbed(y, table, rows);
        requireGated("table", isGated(table), false);
        verbs.rows().embed((CudaTensor) y, (CudaLinear) table, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        requireNorm(y, x, gain, rows);
        verbs.rows().rmsNorm((CudaTensor) y, (CudaTensor) x, (CudaGain) gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireGated("w", isGated(w), false);
        verbs.products().linear((CudaTensor) y, (CudaTensor) x, (CudaLinear) w, rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireGated("w", isGated(w), false);
        verbs.products().linearAdd((CudaTensor) y, (CudaTensor) x, (CudaLinear) w, rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        requireProduct(y, x, gated, rows);
        requireGated("w", isGated(gated), true);
        verbs.products().swiGlu((CudaTensor) y, (CudaTensor) x, (CudaLinear) gated, rows);
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
        CudaRotaryTable table = (CudaRotaryTable) rope;
        requireRotation(heads, norms, table.headDim(), rope, rows);
        verbs.rows().rotateAndStore((CudaTensor) qkv, heads, norms, table, (CudaKv) kv, layer, rows);
    }

    @Override
    public void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        requireAttention(qkv, heads, kv, layer, rows);
        requireShape("out", out, rows.counts().total(), heads.queryColumns());
        verbs.attention().attend((CudaTensor) out, (CudaTensor) qkv, heads, (CudaKv) kv, layer, rows);
    }

    @Override
    public void verifyRows(Ids rows, StepInputs inputs) {
        requireRowNumbers(rows, inputs.numSamples());
        verbs.sampler().verifyRows((CudaIds) rows, inputs);
    }

    @Override
    public void mixedRows(Ids rows, StepInputs inputs) {
        requireRowNumbers(rows, inputs.numSamples());
        verbs.sampler().mixedRows((CudaIds) rows, inputs);
    }

    @Override
    public void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs) {
        requireMix(y, x, rows, inputs);
        verbs.sampler().mix((CudaTensor) y, (CudaTensor) x, (CudaIds) rows, inputs);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        requireGather(y, x, rows, count);
        verbs.rows().gatherRows((CudaTensor) y, (CudaTensor) x, (CudaIds) rows, count);
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
        requireSample(sampled, logProbs, h, head, rowNumbers, inputs.rules(pass));
        requireGated("head", isGated(head), false);
        verbs.sampler()
                .sample((CudaIds) sampled, logProbs, (CudaTensor) h, (CudaLinear) head, (CudaIds) rowNumbers, inputs, pass);
    }

    @Override
    public void ban(int[] tokenIds) {
        requireBanned(tokenIds);
        verbs.sampler().ban(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        requireAccept(kept, draftRows, sampled, rows, plans);
        verbs.sampler().accept((CudaIds) kept, (CudaIds) draftRows, (CudaIds) sampled, rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        requireIds(to, values.length);
        verbs.write((CudaIds) to, values);
    }

    @Override
    public int[] read(Ids from, int count) {
        requireIds(from, count);
        return verbs.read((CudaIds) from, count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        requireShape("tensor", from, rows, from.columns());
        return verbs.read((CudaTensor) from, rows);
    }

    @Override
    public BackendFacts facts() {
        return new BackendFacts(verbs.deviceName(), verbs.kernelsName(), List.of());
    }

    @Override
    public DType cacheType() {
        return verbs.cacheType();
    }

    @Override
    public OptionalLong freeBytes() {
        return OptionalLong.of(verbs.freeBytes());
    }

    @Override
    public void close() {
        verbs.close();
    }

    private static boolean isGated(Linear w) {
        return ((CudaLinear) w).isGated();
    }
}
