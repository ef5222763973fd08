package dev.tidar.decode;

import dev.tidar.api.TokenChunk;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.SequenceStep.Group;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The body of the draft-and-verify loop, for one sequence or a batch: known rows go in, each sequence takes over what
 * was decided. Modes are layouts of rows, not other loops.
 *
 * <p>Confined to the engine thread.
 */
public final class Decoder {

    private final TidarModel model;
    private final int maskToken;

    /**
     * @param model the network
     * @param maskToken stands for "not drafted yet"; any id where no layout drafts
     */
    public Decoder(TidarModel model, int maskToken) {
        this.model = model;
        this.maskToken = maskToken;
    }

    /**
     * The rows of a sequence in the next forward. Its blocks must have room for {@link SequenceStep#end} positions.
     *
     * @param promptRows prompt rows at most, at least 1
     */
    public SequenceStep plan(Sequence sequence, int promptRows) {
        return sequence.next(promptRows, maskToken);
    }

    /** The one row of a sequence that decodes, where there is no room for the others of its layout. */
    public SequenceStep planAlone(Sequence sequence) {
        return sequence.nextAlone();
    }

    /**
     * Runs one forward.
     *
     * @param steps one for each sequence, in order
     * @return what it decided, one for each sequence; nothing is changed yet
     */
    public StepResult run(List<Sequence> sequences, List<SequenceStep> steps) {
        return model.step(inputs(sequences, steps));
    }

    /**
     * Lets a sequence take over what a forward decided for it.
     *
     * @return what was emitted
     */
    public TokenChunk apply(Sequence sequence, SequenceStep step, StepResult.ForSequence result) {
        return sequence.apply(step, result);
    }

    private static StepInputs inputs(List<Sequence> sequences, List<SequenceStep> steps) {
        StepRows.Builder rows = new StepRows.Builder();
        int[] firstExact = new int[steps.size()];
        for (int s = 0; s < steps.size(); s++) {
            SequenceStep step = steps.get(s);
            rows.sequence(sequences.get(s).blocks().blocks());
            for (int i = 0; i < step.exactTokens().size(); i++) {
                int row = rows.exact(s, step.exactTokens().get(i), step.position() + i);
                if (i == 0) {
                    firstExact[s] = row;
                }
            }
        }
        List<VerifyPlan> plans = new ArrayList<>(steps.size());
        List<RowSampling> verifyRules = new ArrayList<>();
        List<RowSampling> draftRules = new ArrayList<>();
        int sampled = 0;
        int drafts = 0;
        for (int s = 0; s < steps.size(); s++) {
            SequenceStep step = steps.get(s);
            int firstVerify = firstExact[s] + step.exactTokens().size() - step.verifyRows();
            int draftLength = step.groups().isEmpty() ? 1 : step.draftLength();
            plans.add(new VerifyPlan(
                    firstVerify, step.verifyRows(), sampled, drafts, draftLength, groups(rows, s, step), (float)
                            sequences.get(s).layout().beta()));
            sampled += step.verifyRows();
            drafts += draftLength - 1;
            RowRules.ForStep rules = sequences.get(s).rules(step);
            verifyRules.addAll(rules.verify());
            draftRules.addAll(rules.draft());
        }
        return new StepInputs(rows.build(), plans, verifyRules, draftRules);
    }

    /** Lays out the groups of a sequence; the first row of each by kept count. */
    private static int[] groups(StepRows.Builder rows, int sequence, SequenceStep step) {
        int[] first = new int[step.verifyRows() + 1];
        Arrays.fill(first, Ids.NONE);
        for (Group group : step.groups()) {
            int[] tokens = group.tokens().stream().mapToInt(Integer::intValue).toArray();
            first[group.kept()] = rows.group(sequence, tokens, group.position(), group.seen());
        }
        return first;
    }
}
