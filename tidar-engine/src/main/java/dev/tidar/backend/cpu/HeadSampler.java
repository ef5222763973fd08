package dev.tidar.backend.cpu;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.TokenSampler;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Applies the head and samples, verifies drafts and chooses the next ones. */
public final class HeadSampler {

    /** The number of rows whose logits are in memory at a time. */
    private static final int ROWS = 32;

    private final Products products;
    private final WorkerPool pool;
    private float[] hidden = new float[0];
    private float[] logits = new float[0];
    private int[] banned = {};
    private final TokenSampler[] samplers;

    public HeadSampler(Products products, WorkerPool pool) {
        this.products = products;
        this.pool = pool;
        this.samplers = Stream.generate(TokenSampler::new).limit(pool.threads()).toArray(TokenSampler[]::new);
    }

    /**
     * The bytes that logits and samplers take at their largest.
     *
     * @param vocabSize outputs of the head
     */
    public static long heapBytes(int vocabSize, int threads, HeapArrays arrays) {
        return arrays.floats((long) ROWS * vocabSize) + (long) threads * TokenSampler.BYTES_PER_TOKEN * vocabSize;
    }

    /** Sets the ids that {@link #sample} leaves out from now on. */
    public void ban(int[] tokenIds) {
        banned = tokenIds.clone();
    }

    /** Samples one token for each row of h {@code [count, hidden]}; NONE where there is no row. */
    public void sample(
            CpuIds sampled,
            SampledLogProbs logProbs,
            CpuTensor h,
            CpuLinear head,
            CpuIds rowNumbers,
            StepRows rows,
            List<RowSampling> samplings) {
        int[] present = present(rowNumbers.values(), samplings.size());
        Arrays.fill(sampled.values(), 0, samplings.size(), Ids.NONE);
        int vocabSize = head.outputs();
        for (int first = 0; first < present.length; first += ROWS) {
            int[] batch = Arrays.copyOfRange(present, first, Math.min(first + ROWS, present.length));
            score(h, head, batch);
            pool.run(batch.length, (item, worker) -> {
                int index = batch[item];
                RowSampling sampling = samplings.get(index);
                int position = rows.sampledPosition(rowNumbers.values()[index]);
                int token = samplers[worker].sample(logits, item * vocabSize, vocabSize, sampling, position);
                sampled.values()[index] = token;
                if (sampling.logProbs().isPresent()) {
                    LogProbRow row = LogProbRow.of(
                            logits,
                            item * vocabSize,
                            vocabSize,
                            token,
                            sampling.logProbs().getAsInt());
                    write(logProbs, index, row);
                }
            });
        }
    }

    private static void write(SampledLogProbs to, int index, LogProbRow row) {
        float[] values = ((CpuTensor) to.values()).values();
        System.arraycopy(row.values(), 0, values, index * (to.max() + 1), row.values().length);
        System.arraycopy(row.ids(), 0, ((CpuIds) to.ids()).values(), index * to.max(), row.ids().length);
    }

    private static int[] present(int[] rowNumbers, int count) {
        int[] present = new int[count];
        int size = 0;
        for (int i = 0; i < count; i++) {
            if (rowNumbers[i] != Ids.NONE) {
                present[size++] = i;
            }
        }
        return Arrays.copyOf(present, size);
    }

    /** Leaves the logits of some rows of h in {@code logits[batch][outputs]}, without the banned ids. */
    private void score(CpuTensor h, CpuLinear head, int[] batch) {
        int width = h.columns();
        reserve(batch.length, width, head.outputs());
        for (int i = 0; i < batch.length; i++) {
            System.arraycopy(h.values, batch[i] * width, hidden, i * width, width);
        }
        products.linear(logits, hidden, head, new RowCounts(batch.length, 0));
        for (int i = 0; i < batch.length; i++) {
            for (int id : banned) {
                if (id < head.outputs()) {
                    logits[i * head.outputs() + id] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    /** Grows the buffers once, to the largest batch of a step. */
    private void reserve(int rows, int width, int outputs) {
        if (hidden.length < rows * width) {
            hidden = new float[rows * width];
        }
        if (logits.length < Math.multiplyExact(rows, outputs)) {
            logits = new float[rows * outputs];
        }
    }

    /**
     * Counts the kept rows of each plan, and names the rows of the masks that draft after them: slots 1..K-1 of the
     * group, NONE without a group.
     */
    public static void accept(CpuIds kept, CpuIds draftRows, CpuIds sampled, StepRows rows, List<VerifyPlan> plans) {
        for (int s = 0; s < plans.size(); s++) {
            VerifyPlan plan = plans.get(s);
            int keptRows = Verification.kept(sampled.values(), plan, rows);
            kept.values()[s] = keptRows;
            int group = plan.group(keptRows);
            for (int slot = 1; slot < plan.draftLength(); slot++) {
                draftRows.values()[plan.firstDraft() + slot - 1] = group == Ids.NONE ? Ids.NONE : group + slot;
            }
        }
    }
}
