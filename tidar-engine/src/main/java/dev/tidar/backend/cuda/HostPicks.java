package dev.tidar.backend.cuda;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.Picking;
import dev.tidar.sampling.TokenPicker;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.StepRows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which rows of a pick the kernels can do, and the others done on the host by {@link TokenPicker}, which defines what a
 * pick is. The kernels know temperature and seed, one of each for a sequence.
 */
final class HostPicks {

    /** Takes the log-probabilities of one row. */
    interface LogProbs {
        void tell(int index, LogProbRow row);
    }

    private final StepRows rows;
    private final int[] numbers;
    private final List<PickRule> rules;
    private final List<Picking> pickings;
    private final List<Integer> own = new ArrayList<>();

    /** @param numbers row of the step for each rule, or NONE */
    HostPicks(StepRows rows, int[] numbers, List<PickRule> rules) {
        this.rows = rows;
        this.numbers = numbers;
        this.rules = rules;
        this.pickings = new ArrayList<>(Collections.nCopies(rows.numSequences(), Picking.GREEDY));
        boolean[] known = new boolean[rows.numSequences()];
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == Ids.NONE) {
                continue;
            }
            int sequence = rows.sequence(numbers[i]);
            Picking picking = rules.get(i).picking();
            if (!rules.get(i).isPlain()
                    || known[sequence] && !pickings.get(sequence).equals(picking)) {
                own.add(i);
            } else {
                pickings.set(sequence, picking);
                known[sequence] = true;
            }
        }
    }

    /** How each sequence picks on the device. */
    List<Picking> pickings() {
        return pickings;
    }

    /** Whether the host has rows to pick. */
    boolean isNeeded() {
        return !own.isEmpty();
    }

    /**
     * Picks the host's rows.
     *
     * @param picks what the device picked; the host's rows are replaced
     * @param logits {@code [rules, vocab]}; unpickable ids are taken out of the host's rows
     */
    void pick(int[] picks, float[] logits, int[] unpickable, LogProbs logProbs) {
        int vocabSize = logits.length / rules.size();
        TokenPicker picker = new TokenPicker();
        for (int index : own) {
            int from = index * vocabSize;
            for (int id : unpickable) {
                if (id < vocabSize) {
                    logits[from + id] = Float.NEGATIVE_INFINITY;
                }
            }
            PickRule rule = rules.get(index);
            picks[index] = picker.pick(logits, from, vocabSize, rule, rows.pickedPosition(numbers[index]));
            rule.logProbs()
                    .ifPresent(
                            most -> logProbs.tell(index, LogProbRow.of(logits, from, vocabSize, picks[index], most)));
        }
    }
}
