package dev.tidar.backend;

import static dev.tidar.backend.Arguments.requireAccept;
import static dev.tidar.backend.Arguments.requireAttention;
import static dev.tidar.backend.Arguments.requireBanned;
import static dev.tidar.backend.Arguments.requireEmbed;
import static dev.tidar.backend.Arguments.requireGated;
import static dev.tidar.backend.Arguments.requireGather;
import static dev.tidar.backend.Arguments.requireIds;
import static dev.tidar.backend.Arguments.requireMix;
import static dev.tidar.backend.Arguments.requireNorm;
import static dev.tidar.backend.Arguments.requirePair;
import static dev.tidar.backend.Arguments.requireProduct;
import static dev.tidar.backend.Arguments.requireRotation;
import static dev.tidar.backend.Arguments.requireRowNumbers;
import static dev.tidar.backend.Arguments.requireSample;
import static dev.tidar.backend.Arguments.requireShape;
import static dev.tidar.backend.Arguments.requireStack;
import static dev.tidar.backend.Arguments.requireUngated;

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
 * The backend in front of every device. It checks the arguments of each verb before any work starts, with the same
 * messages for all devices, and then lets the device compute. Only the numbers inside {@link Ids} are left for the
 * device to check, because reading them may mean waiting for the device.
 */
final class CheckedBackend implements Backend {

    private final DeviceVerbs device;

    CheckedBackend(DeviceVerbs device) {
        this.device = device;
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return device.allocate(rows, columns);
    }

    @Override
    public Ids allocateIds(int capacity) {
        return device.allocateIds(capacity);
    }

    @Override
    public PagedKv allocateKv(KvGeometry geometry, int blocks) {
        return device.allocateKv(geometry, blocks);
    }

    @Override
    public MemoryCount count() {
        return new MemoryCount(device.sizes());
    }

    @Override
    public Linear linear(List<LinearSource> stacked) {
        requireStack(stacked);
        return device.linear(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        requirePair(gate, up);
        return device.gated(gate, up);
    }

    @Override
    public Gain gain(float[] values) {
        return device.gain(values);
    }

    @Override
    public RotaryTable rotaryTable(Rotation rotation, int maxPositions) {
        return device.rotaryTable(rotation, maxPositions);
    }

    @Override
    public StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs) {
        return device.program(kv, heads, maxRows, verbs);
    }

    @Override
    public void embed(Tensor y, Linear table, float factor, StepRows rows) {
        requireEmbed(y, table, factor, rows);
        device.embed(y, table, factor, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        requireNorm(y, x, gain, rows);
        device.rmsNorm(y, x, gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireUngated("w", w);
        device.linear(y, x, w, rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows);
        requireUngated("w", w);
        device.linearAdd(y, x, w, rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        requireProduct(y, x, gated, rows);
        requireGated("w", gated);
        device.swiGlu(y, x, gated, rows);
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
        requireRotation(heads, norms, rope, rows);
        device.rotateAndStore(qkv, heads, norms, rope, kv, layer, rows);
    }

    @Override
    public void attention(
            Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows) {
        requireAttention(qkv, heads, kv, layer, rows);
        requireShape("out", out, rows.counts().total(), heads.queryColumns());
        device.attention(out, qkv, heads, kv, layer, window, rows);
    }

    @Override
    public void verifyRows(Ids rows, StepInputs inputs) {
        requireRowNumbers(rows, inputs.numSamples());
        device.verifyRows(rows, inputs);
    }

    @Override
    public void mixedRows(Ids rows, StepInputs inputs) {
        requireRowNumbers(rows, inputs.numSamples());
        device.mixedRows(rows, inputs);
    }

    @Override
    public void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs) {
        requireMix(y, x, rows, inputs);
        device.mix(y, x, rows, inputs);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        requireGather(y, x, rows, count);
        device.gatherRows(y, x, rows, count);
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
        requireSample(sampled, logProbs, h, head, rowNumbers, inputs.samplings(pass));
        requireUngated("head", head);
        device.sample(sampled, logProbs, h, head, rowNumbers, inputs, pass);
    }

    @Override
    public void ban(int[] tokenIds) {
        requireBanned(tokenIds);
        device.ban(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        requireAccept(kept, draftRows, sampled, rows, plans);
        device.accept(kept, draftRows, sampled, rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        requireIds(to, values.length);
        device.write(to, values);
    }

    @Override
    public int[] read(Ids from, int count) {
        requireIds(from, count);
        return device.read(from, count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        requireShape("tensor", from, rows, from.columns());
        return device.read(from, rows);
    }

    @Override
    public BackendFacts facts() {
        return device.facts();
    }

    @Override
    public DType cacheType() {
        return device.cacheType();
    }

    @Override
    public OptionalLong freeBytes() {
        return device.freeBytes();
    }

    @Override
    public void close() {
        device.close();
    }
}
