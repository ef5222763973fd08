package dev.tidar.backend;

import dev.tidar.backend.cuda.CudaVerbs;
import dev.tidar.backend.cuda.memory.CudaGain;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaKv;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaRotaryTable;
import dev.tidar.backend.cuda.memory.CudaTensor;
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
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The verbs on an NVIDIA GPU. Strict arithmetic gives exactly the bits of {@link CpuDevice}; fast arithmetic uses the
 * tensor cores. A step is one captured graph.
 *
 * <p>Verbs queue work and return; {@link #read} and a step wait for it.
 */
final class GpuDevice implements DeviceVerbs {

    private final CudaVerbs verbs;

    GpuDevice(CudaVerbs verbs) {
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
        return verbs.packer().stacked(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        return verbs.packer().gated(gate, up);
    }

    @Override
    public Gain gain(float[] values) {
        return verbs.gain(values);
    }

    @Override
    public RotaryTable rotaryTable(Rotation rotation, int maxPositions) {
        return verbs.rotaryTable(rotation, maxPositions);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> calls) {
        return verbs.program(own(kv), heads, maxRows, calls);
    }

    @Override
    public void embed(Tensor y, Linear table, float factor, StepRows rows) {
        verbs.rows().embed(own(y), own(table), factor, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        verbs.rows().rmsNorm(own(y), own(x), (CudaGain) gain, epsilon, rows);
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
        verbs.rows().rotateAndStore(own(qkv), heads, norms, (CudaRotaryTable) rope, own(kv), layer, rows);
    }

    @Override
    public void attention(
            Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows) {
        verbs.attention().attend(own(out), own(qkv), heads, own(kv), layer, window, rows);
    }

    @Override
    public void verifyRows(Ids rows, StepInputs inputs) {
        verbs.sampler().verifyRows(own(rows), inputs);
    }

    @Override
    public void mixedRows(Ids rows, StepInputs inputs) {
        verbs.sampler().mixedRows(own(rows), inputs);
    }

    @Override
    public void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs) {
        verbs.sampler().mix(own(y), own(x), own(rows), inputs);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        verbs.rows().gatherRows(own(y), own(x), own(rows), count);
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
        verbs.sampler().sample(own(sampled), logProbs, own(h), own(head), own(rowNumbers), inputs, pass);
    }

    @Override
    public void ban(int[] tokenIds) {
        verbs.sampler().ban(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        verbs.sampler().accept(own(kept), own(draftRows), own(sampled), rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        verbs.write(own(to), values);
    }

    @Override
    public int[] read(Ids from, int count) {
        return verbs.read(own(from), count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        return verbs.read(own(from), rows);
    }

    @Override
    public BackendFacts facts() {
        return new BackendFacts(verbs.deviceName(), verbs.kernelsName(), List.of());
    }

    @Override
    public DeviceSizes sizes() {
        return new GpuSizes(verbs);
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

    private static CudaTensor own(Tensor tensor) {
        return (CudaTensor) tensor;
    }

    private static CudaIds own(Ids ids) {
        return (CudaIds) ids;
    }

    private static CudaLinear own(Linear linear) {
        return (CudaLinear) linear;
    }

    private static CudaKv own(PagedKv kv) {
        return (CudaKv) kv;
    }
}
