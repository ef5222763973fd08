package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.jni.NativeGain;
import dev.tidar.backend.jni.NativeKv;
import dev.tidar.backend.jni.NativeLinear;
import dev.tidar.backend.jni.NativePacker;
import dev.tidar.backend.jni.NativeRotaryTable;
import dev.tidar.backend.jni.NativeTensor;
import dev.tidar.backend.jni.NativeVerbs;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The verbs on the processor's cores, in native code and native memory. {@link CpuDevice} defines what each verb means,
 * bit for bit; ids, and the logits that a token is sampled from, are on the heap. A verb has finished when it returns.
 */
final class NativeDevice extends ProcessorDevice {

    private final BackendFacts facts;
    private final NativeVerbs verbs;
    private final NativePacker packer;

    /** @param activations FLOAT or INT8 */
    NativeDevice(WeightFormat weights, Activations activations, int threads, String level) {
        super(threads);
        this.facts = facts("native-" + level, activations, List.of());
        this.verbs = new NativeVerbs(pool);
        this.packer = new NativePacker(verbs.memory(), pool, weights, activations == Activations.INT8);
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new NativeTensor(verbs.memory(), rows, columns);
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
    public RotaryTable rotaryTable(Rotation rotation, int maxPositions) {
        return NativeRotaryTable.of(verbs.memory(), rotation, maxPositions);
    }

    @Override
    public void embed(Tensor y, Linear table, float factor, StepRows rows) {
        verbs.rows().embed(own(y), own(table), factor, rows);
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
    public void attention(
            Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows) {
        verbs.attention().attend(own(out), own(qkv), heads, (NativeKv) kv, layer, window, rows);
    }

    @Override
    void mixRow(Tensor y, Tensor x, int row, float beta) {
        verbs.rows().mix(own(y), own(x), row, beta);
    }

    @Override
    void copyRow(Tensor y, int to, Tensor x, int from) {
        verbs.rows().copyRow(own(y), to, own(x), from);
    }

    @Override
    HeadSampler.Head head(Tensor h, Linear weights) {
        return verbs.head().of(own(h), own(weights));
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

    private static NativeLinear own(Linear linear) {
        return (NativeLinear) linear;
    }
}
