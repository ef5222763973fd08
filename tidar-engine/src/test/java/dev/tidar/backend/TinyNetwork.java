package dev.tidar.backend;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.QueryScale;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * All verbs in a row, as a model calls them: two layers of awkward sizes with a draft adapter and a cache of its own.
 */
final class TinyNetwork {

    static final int VOCAB = 77;
    static final int MAX_ROWS = 80;

    private static final int HIDDEN = 100;
    private static final int INNER = 130;
    private static final HeadGeometry HEADS = new HeadGeometry(6, 2, 20);
    private static final float FACTOR = 1.7f;
    /** Of each layer: the second one looks back on less than two blocks. */
    private static final List<Window> WINDOWS = List.of(Window.ALL, new Window(27));

    private final Backend backend;
    private final PagedKv kv;
    private final RotaryTable rope;
    private final Gain gain;
    private final HeadNorms headNorms;
    private final Linear table;
    private final Linear head;
    private final List<Linear> qkvs = new ArrayList<>();
    private final List<Linear> outs = new ArrayList<>();
    private final List<Linear> gates = new ArrayList<>();
    private final List<Linear> downs = new ArrayList<>();
    private final Steps steps;
    private final StepProgram program;

    /**
     * @param dtype of the weights
     * @param kvType of the cache
     * @param broken a token whose embedding is not a number
     */
    TinyNetwork(Backend backend, DType dtype, DType kvType, long seed, OptionalInt broken) {
        var random = new SplittableRandom(seed);
        this.backend = backend;
        steps = new Steps(backend);
        kv = backend.allocateKv(new KvGeometry(2, HEADS.numKvHeads(), HEADS.headDim(), 16, kvType), 12);
        float[] frequencies = {1, .5f, .3f, .2f, .1f, .07f, .05f, .03f, .02f, .01f};
        rope = backend.rotaryTable(new Rotation(frequencies, 1.1f, new QueryScale(0.9f, 0.3f, 20)), 160);
        gain = backend.gain(Matrix.random(random, 1, HIDDEN, DType.F32).values());
        Gain headGain = backend.gain(
                Matrix.random(random, 1, HEADS.headDim(), DType.F32).values());
        headNorms = new HeadNorms(headGain, headGain, 1e-6f);
        Matrix embeddings = Matrix.random(random, VOCAB, HIDDEN, dtype);
        head = backend.linear(List.of(LinearSource.of(embeddings)));
        broken.ifPresent(token -> embeddings.values()[token * HIDDEN] = Float.NaN);
        table = backend.linear(List.of(LinearSource.of(embeddings)));
        for (int layer = 0; layer < 2; layer++) {
            qkvs.add(backend.linear(List.of(
                    source(random, HEADS.queryColumns(), HIDDEN, dtype, true),
                    source(random, 2 * HEADS.numKvHeads() * HEADS.headDim(), HIDDEN, dtype, false))));
            outs.add(backend.linear(List.of(source(random, HIDDEN, HEADS.queryColumns(), dtype, true))));
            gates.add(backend.gated(
                    source(random, INNER, HIDDEN, dtype, true), source(random, INNER, HIDDEN, dtype, true)));
            downs.add(backend.linear(List.of(source(random, HIDDEN, INNER, dtype, false))));
        }
        program = backend.program(kv, HEADS, MAX_ROWS, this::run);
    }

    private static LinearSource source(SplittableRandom random, int outputs, int inputs, DType dtype, boolean adapted) {
        Matrix w = Matrix.random(random, outputs, inputs, dtype);
        var adapter = new LinearSource.Adapter(
                Matrix.random(random, 5, inputs, DType.F32), Matrix.random(random, outputs, 5, DType.F32), 0.05f);
        float[] bias = Matrix.random(random, 1, outputs, DType.F32).values();
        return new LinearSource(w, Optional.of(bias), adapted ? Optional.of(adapter) : Optional.empty());
    }

    /** What every verb wrote, in order: {@code [rows, columns]} each, then the samples as one column. */
    List<Trace> run(StepRows rows) {
        RowCounts counts = rows.counts();
        int total = counts.total();
        List<Trace> traces = new ArrayList<>();
        Tensor x = backend.allocate(MAX_ROWS, HIDDEN);
        Tensor normed = backend.allocate(MAX_ROWS, HIDDEN);
        Tensor qkv = backend.allocate(MAX_ROWS, HEADS.columns());
        Tensor attended = backend.allocate(MAX_ROWS, HEADS.queryColumns());
        Tensor inner = backend.allocate(MAX_ROWS, INNER);
        backend.embed(x, table, FACTOR, rows);
        for (int layer = 0; layer < 2; layer++) {
            backend.rmsNorm(normed, x, gain, 1e-5f, total);
            backend.linear(qkv, normed, qkvs.get(layer), counts);
            traces.add(new Trace("linear", HEADS.columns(), backend.read(qkv, total)));
            backend.rotateAndStore(qkv, HEADS, Optional.of(headNorms), rope, kv, layer, rows);
            traces.add(new Trace("rotateAndStore", HEADS.columns(), backend.read(qkv, total)));
            backend.attention(attended, qkv, HEADS, kv, layer, WINDOWS.get(layer), rows);
            traces.add(new Trace("attention", HEADS.queryColumns(), backend.read(attended, total)));
            backend.linearAdd(x, attended, outs.get(layer), counts);
            traces.add(new Trace("linearAdd", HIDDEN, backend.read(x, total)));
            backend.rmsNorm(normed, x, gain, 1e-5f, total);
            backend.swiGlu(inner, normed, gates.get(layer), counts);
            traces.add(new Trace("swiGlu", INNER, backend.read(inner, total)));
            backend.linearAdd(x, inner, downs.get(layer), counts);
        }
        backend.rmsNorm(normed, x, gain, 1e-5f, total);
        traces.add(new Trace("rmsNorm", HIDDEN, backend.read(normed, total)));
        traces.add(new Trace("sample", 1, sampled(normed, rows)));
        return traces;
    }

    /** The same verbs as one step; what is left of the exact rows, {@code [exact rows, hidden]}, and the ids. */
    Outcome step(StepInputs inputs) {
        program.run(inputs);
        return new Outcome(
                backend.read(steps.normed, inputs.rows().counts().exact()),
                backend.read(steps.kept, inputs.plans().size()),
                backend.read(steps.sampled, inputs.numSamples()),
                backend.read(steps.drafts, inputs.numDrafts()));
    }

    private void run(StepInputs inputs) {
        StepRows rows = inputs.rows();
        RowCounts counts = rows.counts();
        backend.embed(steps.x, table, FACTOR, rows);
        for (int layer = 0; layer < 2; layer++) {
            backend.rmsNorm(steps.normed, steps.x, gain, 1e-5f, counts.total());
            backend.linear(steps.qkv, steps.normed, qkvs.get(layer), counts);
            backend.rotateAndStore(steps.qkv, HEADS, Optional.of(headNorms), rope, kv, layer, rows);
            backend.attention(steps.attended, steps.qkv, HEADS, kv, layer, WINDOWS.get(layer), rows);
            backend.linearAdd(steps.x, steps.attended, outs.get(layer), counts);
            backend.rmsNorm(steps.normed, steps.x, gain, 1e-5f, counts.total());
            backend.swiGlu(steps.inner, steps.normed, gates.get(layer), counts);
            backend.linearAdd(steps.x, steps.inner, downs.get(layer), counts);
        }
        backend.rmsNorm(steps.normed, steps.x, gain, 1e-5f, counts.total());
        backend.verifyRows(steps.sampleRows, inputs);
        sample(steps.sampled, steps.sampleRows, inputs, Pass.VERIFY);
        backend.accept(steps.kept, steps.draftRows, steps.sampled, rows, inputs.plans());
        sample(steps.drafts, steps.draftRows, inputs, Pass.DRAFT);
    }

    private void sample(Ids sampled, Ids rowNumbers, StepInputs inputs, Pass pass) {
        backend.gatherRows(
                steps.gathered, steps.normed, rowNumbers, inputs.samplings(pass).size());
        backend.sample(sampled, steps.logProbs, steps.gathered, head, rowNumbers, inputs, pass);
    }

    /** What a step left. */
    record Outcome(float[] rows, int[] kept, int[] sampled, int[] drafts) {}

    /** Memory of {@link #step}. */
    private static final class Steps {
        private final Tensor x;
        private final Tensor normed;
        private final Tensor gathered;
        private final Tensor qkv;
        private final Tensor attended;
        private final Tensor inner;
        private final SampledLogProbs logProbs;
        private final Ids sampleRows;
        private final Ids sampled;
        private final Ids kept;
        private final Ids draftRows;
        private final Ids drafts;

        private Steps(Backend backend) {
            x = backend.allocate(MAX_ROWS, HIDDEN);
            normed = backend.allocate(MAX_ROWS, HIDDEN);
            gathered = backend.allocate(MAX_ROWS, HIDDEN);
            qkv = backend.allocate(MAX_ROWS, HEADS.columns());
            attended = backend.allocate(MAX_ROWS, HEADS.queryColumns());
            inner = backend.allocate(MAX_ROWS, INNER);
            logProbs = logProbs(backend, MAX_ROWS);
            sampleRows = backend.allocateIds(MAX_ROWS);
            sampled = backend.allocateIds(MAX_ROWS);
            kept = backend.allocateIds(MAX_ROWS);
            draftRows = backend.allocateIds(MAX_ROWS);
            drafts = backend.allocateIds(MAX_ROWS);
        }
    }

    private float[] sampled(Tensor h, StepRows rows) {
        int total = rows.counts().total();
        Ids rowNumbers = backend.allocateIds(total);
        backend.write(rowNumbers, IntStream.range(0, total).toArray());
        Ids sampled = backend.allocateIds(total);
        RowSampling rule = RowSampling.draft(new SamplingParams(0.7f, 42), TokenCounts.NONE);
        List<RowSampling> rules = Collections.nCopies(total, rule);
        StepInputs inputs = BackendFixture.samples(rows, rules);
        backend.sample(sampled, logProbs(backend, total), h, head, rowNumbers, inputs, Pass.VERIFY);
        float[] ids = new float[total];
        int[] read = backend.read(sampled, total);
        for (int i = 0; i < total; i++) {
            ids[i] = read[i];
        }
        return ids;
    }

    static SampledLogProbs logProbs(Backend backend, int sampled) {
        return new SampledLogProbs(
                backend.allocate(sampled, 1 + LogProbRow.MAX), backend.allocateIds(sampled * LogProbRow.MAX));
    }

    /** What one verb wrote. */
    record Trace(String verb, int columns, float[] values) {

        /** One row of it, to compare with that row elsewhere. */
        float[] row(int row) {
            return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
        }
    }
}
