package dev.tidar.model;

import dev.tidar.api.LogProbs;
import dev.tidar.backend.Backend;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.family.Multipliers;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.WeightType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The network and one step of it: a pre-norm decoder with grouped-query attention, rotary positions and a gated MLP, in
 * the shapes of all families. Written once against the operations of a {@link Backend}, whose first argument is the one
 * that is written.
 *
 * <p>A step has two kinds of rows (see {@link StepRows}). <em>Exact rows</em>, prompt and verify rows, are causal, and
 * their keys and values go to the KV cache. <em>Drafting rows</em> are mask rows (and, in a two-pass step, a copy of
 * the anchor): each group sees a prefix of the cache and its own rows in both directions; its keys and values are read
 * from the activations and stored nowhere.
 *
 * <p>{@link #run} is the part of a step that belongs to the device. A device may record what it calls and replay it for
 * later steps of the same shape, as a CUDA graph. So it never looks at a value that the device computes, and what it
 * calls depends on the shape of the inputs alone.
 *
 * <p>Where a family multiplies what each half of a block adds by a constant (Granite), the residual stream is kept
 * divided by it: norms do not see the difference but for their epsilon, which is divided by its square, and nothing is
 * multiplied but the embedding.
 *
 * <p>Confined to the engine thread.
 */
public final class TidarTransformer implements TidarModel {

    private final Backend backend;
    private final HeadGeometry heads;
    private final float epsilon;
    private final float embeddingFactor;
    private final TidarWeights weights;
    private final PagedKv kv;
    private final Workspace work;
    private final StepProgram program;
    /** For {@link #logits} alone. */
    private Optional<Tensor> logits = Optional.empty();

    TidarTransformer(Backend backend, ModelConfig config, TidarWeights weights, PagedKv kv, int maxRows) {
        this.backend = backend;
        this.heads = new HeadGeometry(config.numHeads(), config.numKvHeads(), config.headDim());
        Multipliers multipliers = config.blocks().multipliers();
        this.epsilon = config.rmsNormEpsilon() / (multipliers.residual() * multipliers.residual());
        this.embeddingFactor = multipliers.embedding() / multipliers.residual();
        this.weights = weights;
        this.kv = kv;
        this.work = Workspace.allocate(backend, maxRows, config.hiddenSize(), config.intermediateSize(), heads);
        this.program = backend.program(kv, heads, maxRows, this::run);
    }

    @Override
    public StepResult step(StepInputs inputs) {
        program.run(inputs);
        return result(inputs);
    }

    /**
     * One forward, and two uses of the output head: on the verify rows, and on the mask rows that the accepted drafts
     * choose. The host is not asked in between. While the masks are few, the first use samples all of them too, and the
     * second has no rows.
     */
    private void run(StepInputs inputs) {
        StepRows rows = inputs.rows();
        forward(rows); // work.x: the last hidden states of all rows

        backend.verifyRows(work.sampleRows(), inputs);
        normalise(work.sampleRows(), inputs.numSamples());
        if (inputs.mixes()) {
            mix(inputs);
        }
        sample(work.sampled(), work.sampleRows(), inputs, Pass.VERIFY);

        // kept rows of each sequence, and the masks of the group that drafts after them, slots 1 to K - 1
        backend.accept(work.kept(), work.draftRows(), work.sampled(), rows, inputs.plans());
        normalise(work.draftRows(), inputs.numDrafts());
        sample(work.drafts(), work.draftRows(), inputs, Pass.DRAFT);
    }

    /**
     * The paper's lossy mix {@code beta · AR + (1 - beta) · diffusion} for sequences with beta below 1 (arXiv
     * 2511.08923): verify row j is mixed with slot 0 of group j + 1, the mask at the position that row j decides. Both
     * distributions come from the one output head, which is linear, so its inputs are mixed in place of its logits.
     */
    private void mix(StepInputs inputs) {
        backend.mixedRows(work.mixedRows(), inputs);
        backend.gatherRows(work.mixed(), work.x(), work.mixedRows(), inputs.numSamples());
        backend.rmsNorm(work.mixed(), work.mixed(), weights.finalNorm(), epsilon, inputs.numSamples());
        backend.mix(work.h(), work.mixed(), work.mixedRows(), inputs);
    }

    private void sample(Ids sampled, Ids rowNumbers, StepInputs inputs, Pass pass) {
        backend.sample(sampled, work.logProbs(), work.h(), weights.head(), rowNumbers, inputs, pass);
    }

    /**
     * Runs a forward and returns the raw logits of some of its rows, {@code [rowNumbers, vocab]}, banned tokens
     * included. For tests: decoding never copies logits to the host.
     */
    public float[] logits(StepRows rows, int[] rowNumbers) {
        forward(rows);
        backend.write(work.sampleRows(), rowNumbers);
        normalise(work.sampleRows(), rowNumbers.length);
        if (logits.isEmpty() || logits.get().rows() < rowNumbers.length) {
            logits = Optional.of(
                    backend.allocate(rowNumbers.length, weights.head().outputs()));
        }
        backend.linear(logits.get(), work.h(), weights.head(), new RowCounts(rowNumbers.length, 0));
        return backend.read(logits.get(), rowNumbers.length);
    }

    /** Whether the draft adapter acts: one that changes nothing is as good as none. For a check at the start. */
    public boolean adapterActs() {
        var rows = new StepRows.Builder();
        rows.group(rows.sequence(new int[0]), new int[] {0}, 0, 0);
        forward(rows.build());
        return new AdapterCheck(backend, weights, work).acts();
    }

    /** How the device stores the weights of the layers. */
    public WeightType weightType() {
        return weights.layers().get(0).qkv().type();
    }

    private void forward(StepRows rows) {
        backend.embed(work.x(), weights.embedding(), embeddingFactor, rows);
        for (int layer = 0; layer < weights.layers().size(); layer++) {
            attend(layer, rows);
            transform(layer, rows);
        }
    }

    private void attend(int layer, StepRows rows) {
        LayerWeights l = weights.layers().get(layer);
        backend.rmsNorm(
                work.h(), work.x(), l.attentionNorm(), epsilon, rows.counts().total());
        backend.linear(work.qkv(), work.h(), l.qkv(), rows.counts());
        RotaryTable rotary = l.kind().rotates() ? weights.rotary() : weights.still();
        backend.rotateAndStore(work.qkv(), heads, l.headNorms(), rotary, kv, layer, rows);
        backend.attention(
                work.attended(), work.qkv(), heads, kv, layer, l.kind().window(), rows);
        backend.linearAdd(work.x(), work.attended(), l.output(), rows.counts());
    }

    private void transform(int layer, StepRows rows) {
        LayerWeights l = weights.layers().get(layer);
        backend.rmsNorm(work.h(), work.x(), l.mlpNorm(), epsilon, rows.counts().total());
        backend.swiGlu(work.gated(), work.h(), l.gateUp(), rows.counts());
        backend.linearAdd(work.x(), work.gated(), l.down(), rows.counts());
    }

    /** Gathers rows of the hidden states into work.h, and applies the final norm. */
    private void normalise(Ids rowNumbers, int count) {
        backend.gatherRows(work.h(), work.x(), rowNumbers, count);
        backend.rmsNorm(work.h(), work.h(), weights.finalNorm(), epsilon, count);
    }

    private StepResult result(StepInputs inputs) {
        int[] kept = backend.read(work.kept(), inputs.plans().size());
        int[] sampled = backend.read(work.sampled(), inputs.numSamples());
        int[] drafts = backend.read(work.drafts(), inputs.numDrafts());
        List<LogProbs> logProbs = inputs.asksLogProbs() ? logProbs(inputs.verifySamplings(), sampled) : List.of();
        List<StepResult.Outcome> results = new ArrayList<>(kept.length);
        for (int s = 0; s < kept.length; s++) {
            VerifyPlan plan = inputs.plans().get(s);
            results.add(new StepResult.Outcome(
                    list(Arrays.copyOfRange(sampled, plan.firstSample(), plan.firstSample() + kept[s])),
                    list(inputs.drafts(plan, kept[s], sampled, drafts)),
                    reportsLogProbs(inputs, plan)
                            ? logProbs.subList(plan.firstSample(), plan.firstSample() + kept[s])
                            : List.of()));
        }
        return new StepResult(results);
    }

    private static boolean reportsLogProbs(StepInputs inputs, VerifyPlan plan) {
        return plan.verifyRows() > 0
                && inputs.verifySamplings().get(plan.firstSample()).logProbs().isPresent();
    }

    /**
     * The log-probabilities of all sampled tokens; those of rows that report none are meaningless. Each row has its
     * sampled token first, then the most likely ones.
     */
    private List<LogProbs> logProbs(List<RowSampling> samplings, int[] sampled) {
        int max = work.logProbs().max();
        float[] values = backend.read(work.logProbs().values(), sampled.length);
        int[] ids = backend.read(work.logProbs().ids(), sampled.length * max);
        List<LogProbs> all = new ArrayList<>(sampled.length);
        for (int i = 0; i < sampled.length; i++) {
            List<LogProbs.TopToken> top = new ArrayList<>();
            for (int n = 0; n < samplings.get(i).logProbs().orElse(0) && ids[i * max + n] != Ids.NONE; n++) {
                top.add(new LogProbs.TopToken(ids[i * max + n], values[i * (max + 1) + 1 + n]));
            }
            all.add(new LogProbs(values[i * (max + 1)], top));
        }
        return all;
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
