package dev.tidar.backend.cpu;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.TokenPicker;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.PickedLogProbs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Head and pick, accept and choose the next draft. */
public final class Picks {

    /** Rows whose logits exist at a time. */
    private static final int ROWS = 32;

    private final Products products;
    private final WorkerPool pool;
    private float[] hidden = new float[0];
    private float[] logits = new float[0];
    private int[] unpickable = {};
    private final TokenPicker[] pickers;

    public Picks(Products products, WorkerPool pool) {
        this.products = products;
        this.pool = pool;
        this.pickers = Stream.generate(TokenPicker::new).limit(pool.threads()).toArray(TokenPicker[]::new);
    }

    /** Ids that {@link #pick} leaves out from now on. */
    public void unpickable(int[] tokenIds) {
        unpickable = tokenIds.clone();
    }

    /** One token for each row of h {@code [count, hidden]}; NONE where there is no row. */
    public void pick(
            CpuIds picks,
            PickedLogProbs logProbs,
            CpuTensor h,
            CpuLinear head,
            CpuIds rowNumbers,
            StepRows rows,
            List<PickRule> rules) {
        int[] present = present(rowNumbers.values(), rules.size());
        Arrays.fill(picks.values(), 0, rules.size(), Ids.NONE);
        int vocabSize = head.outputs();
        for (int first = 0; first < present.length; first += ROWS) {
            int[] batch = Arrays.copyOfRange(present, first, Math.min(first + ROWS, present.length));
            score(h, head, batch);
            pool.run(batch.length, (item, worker) -> {
                int index = batch[item];
                PickRule rule = rules.get(index);
                int position = rows.pickedPosition(rowNumbers.values()[index]);
                int picked = pickers[worker].pick(logits, item * vocabSize, vocabSize, rule, position);
                picks.values()[index] = picked;
                if (rule.logProbs().isPresent()) {
                    LogProbRow row = LogProbRow.of(
                            logits,
                            item * vocabSize,
                            vocabSize,
                            picked,
                            rule.logProbs().getAsInt());
                    write(logProbs, index, row);
                }
            });
        }
    }

    private static void write(PickedLogProbs to, int index, LogProbRow row) {
        float[] values = ((CpuTensor) to.values()).values();
        System.arraycopy(row.values(), 0, values, index * (to.most() + 1), row.values().length);
        System.arraycopy(row.ids(), 0, ((CpuIds) to.ids()).values(), index * to.most(), row.ids().length);
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

    /** Leaves the logits of some rows of h in {@code logits[batch][outputs]}, without the unpickable ids. */
    private void score(CpuTensor h, CpuLinear head, int[] batch) {
        int width = h.columns();
        reserve(batch.length, width, head.outputs());
        for (int i = 0; i < batch.length; i++) {
            System.arraycopy(h.values, batch[i] * width, hidden, i * width, width);
        }
        products.linear(logits, hidden, head, new RowCounts(batch.length, 0));
        for (int i = 0; i < batch.length; i++) {
            for (int id : unpickable) {
                if (id < head.outputs()) {
                    logits[i * head.outputs() + id] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    /** Grows to the largest batch of a step, once. */
    private void reserve(int rows, int width, int outputs) {
        if (hidden.length < rows * width) {
            hidden = new float[rows * width];
        }
        if (logits.length < Math.multiplyExact(rows, outputs)) {
            logits = new float[rows * outputs];
        }
    }

    /**
     * Kept counts, and the rows of the masks that draft behind them: slots 1..K-1 of the group, NONE without a group.
     */
    public static void accept(CpuIds kept, CpuIds draftRows, CpuIds picks, StepRows rows, List<VerifyPlan> plans) {
        for (int s = 0; s < plans.size(); s++) {
            VerifyPlan plan = plans.get(s);
            int stands = Verification.kept(picks.values(), plan, rows);
            kept.values()[s] = stands;
            int group = plan.group(stands);
            for (int slot = 1; slot < plan.draftLength(); slot++) {
                draftRows.values()[plan.firstDraft() + slot - 1] = group == Ids.NONE ? Ids.NONE : group + slot;
            }
        }
    }
}
