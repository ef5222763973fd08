package dev.tidar.backend.cpu;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.TokenSampler;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Samples from the logits of the head, verifies drafts and chooses the next ones. */
public final class HeadSampler {

    /** The number of rows whose logits are in memory at a time. */
    public static final int ROWS = 32;

    private final WorkerPool pool;
    private int[] banned = {};
    private final TokenSampler[] samplers;

    /** Where logits come from. */
    public interface Head {

        /**
         * Computes the logits of some rows of h, at most {@link #ROWS}.
         *
         * @param rows row numbers of h
         */
        void score(int[] rows);

        /** The number of logits of a row. */
        int vocabSize();

        /** The best token of one of these rows without the banned ones, see {@link TokenSampler#best}. */
        int best(int index, int[] banned);

        /** An array with the logits of one of these rows, which the caller may change until the next row. */
        float[] logits(int index, int worker);

        /** Where the logits of this row begin in that array. */
        int from(int index);

        /** Stores log-probabilities from an index of {@link SampledLogProbs#values} on. */
        void write(SampledLogProbs to, int index, float[] values);
    }

    public HeadSampler(WorkerPool pool) {
        this.pool = pool;
        this.samplers = Stream.generate(TokenSampler::new).limit(pool.threads()).toArray(TokenSampler[]::new);
    }

    /** The bytes that the samplers take at their largest. */
    public static long heapBytes(int vocabSize, int threads) {
        return (long) threads * TokenSampler.BYTES_PER_TOKEN * vocabSize;
    }

    /** Sets the ids that {@link #sample} leaves out from now on. */
    public void ban(int[] tokenIds) {
        banned = tokenIds.clone();
    }

    /** Samples one token for each row of the head; NONE where there is no row. */
    public void sample(
            CpuIds sampled,
            SampledLogProbs logProbs,
            Head head,
            CpuIds rowNumbers,
            StepRows rows,
            List<RowSampling> samplings) {
        int[] present = present(rowNumbers.values(), samplings.size());
        Arrays.fill(sampled.values(), 0, samplings.size(), Ids.NONE);
        int vocabSize = head.vocabSize();
        for (int first = 0; first < present.length; first += ROWS) {
            int[] batch = Arrays.copyOfRange(present, first, Math.min(first + ROWS, present.length));
            head.score(batch);
            pool.run(batch.length, (item, worker) -> {
                int index = batch[item];
                RowSampling sampling = samplings.get(index);
                int position = rows.sampledPosition(rowNumbers.values()[index]);
                if (sampling.takesBest(position)) {
                    sampled.values()[index] = head.best(item, banned);
                    return;
                }
                float[] logits = head.logits(item, worker);
                int from = head.from(item);
                hide(banned, logits, from, vocabSize);
                int token = samplers[worker].sample(logits, from, vocabSize, sampling, position);
                sampled.values()[index] = token;
                if (sampling.logProbs().isPresent()) {
                    int asked = sampling.logProbs().getAsInt();
                    write(head, logProbs, index, LogProbRow.of(logits, from, vocabSize, token, asked));
                }
            });
        }
    }

    static void hide(int[] banned, float[] logits, int from, int vocabSize) {
        for (int id : banned) {
            if (id < vocabSize) {
                logits[from + id] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void write(Head head, SampledLogProbs to, int index, LogProbRow row) {
        head.write(to, index * (to.max() + 1), row.values());
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
