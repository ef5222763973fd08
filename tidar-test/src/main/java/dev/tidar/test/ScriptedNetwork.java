package dev.tidar.test;

import dev.tidar.api.LogProbs;
import dev.tidar.api.LogProbs.TopToken;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepResult.Outcome;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * A network that computes nothing and knows what it has to say. It finds out by the seed of a row whose answer the row
 * belongs to, and drafts so that verification keeps what the script has for a step.
 */
final class ScriptedNetwork implements TidarModel {

    /** The first character of ASCII that is neither a space nor a control character. */
    private static final int FIRST_VISIBLE = '!';

    private final LongFunction<Optional<ScriptedAnswer>> answers;

    /** @param answers the answer of the request with this seed; empty for sequences that no request has, as at load */
    ScriptedNetwork(LongFunction<Optional<ScriptedAnswer>> answers) {
        this.answers = answers;
    }

    @Override
    public StepResult step(StepInputs inputs) {
        return new StepResult(
                inputs.plans().stream().map(plan -> outcome(inputs, plan)).toList());
    }

    private Outcome outcome(StepInputs inputs, VerifyPlan plan) {
        if (plan.verifyRows() == 0) {
            return new Outcome(List.of(), List.of());
        }
        return answers.apply(sampling(inputs, plan, 0).params().seed())
                .map(answer -> outcome(inputs, plan, answer))
                .orElseGet(() -> new Outcome(List.of(ScriptedModelFolder.END), List.of()));
    }

    private static Outcome outcome(StepInputs inputs, VerifyPlan plan, ScriptedAnswer answer) {
        int first = answer.placeAfter(inputs.rows().visible(plan.firstRow()));
        answer.arriveAt(first);
        int[] sampled = new int[inputs.numSamples()];
        for (int j = 0; j < plan.verifyRows(); j++) {
            sampled[plan.firstSample() + j] = allowed(sampling(inputs, plan, j).allowed(), answer.token(first + j));
        }
        // drafts that a grammar forces could be more than the reply has for a step
        int kept = Math.min(Verification.kept(sampled, plan, inputs.rows()), answer.stepEnd(first) - first);
        for (int j = 0; j < kept; j++) {
            answer.requireSaid(first + j, sampled[plan.firstSample() + j]);
        }
        List<Integer> emitted = new ArrayList<>();
        List<LogProbs> logProbs = new ArrayList<>();
        for (int j = 0; j < kept; j++) {
            int token = sampled[plan.firstSample() + j];
            emitted.add(token);
            if (sampling(inputs, plan, j).logProbs().isPresent()) {
                logProbs.add(certain(token, sampling(inputs, plan, j).logProbs().getAsInt()));
            }
        }
        return new Outcome(emitted, drafts(plan, kept, first + kept, answer), logProbs);
    }

    /** The group that belongs to the kept rows drafts the step after them. */
    private static List<Integer> drafts(VerifyPlan plan, int kept, int begin, ScriptedAnswer answer) {
        List<Integer> drafts = new ArrayList<>();
        if (plan.group(kept) != Ids.NONE) {
            for (int slot = 1; slot < plan.draftLength(); slot++) {
                drafts.add(answer.draft(begin, begin + slot - 1));
            }
        }
        return drafts;
    }

    private static RowSampling sampling(StepInputs inputs, VerifyPlan plan, int verifyRow) {
        return inputs.verifySamplings().get(plan.firstSample() + verifyRow);
    }

    /** What is wanted, or the first token that a mask leaves, which is no space where it leaves another. */
    private static int allowed(long[] mask, int wanted) {
        BitSet allowed = BitSet.valueOf(mask);
        if (mask.length == 0 || allowed.get(wanted)) {
            return wanted;
        }
        int visible = allowed.nextSetBit(FIRST_VISIBLE);
        return visible < 0 ? allowed.nextSetBit(0) : visible;
    }

    /** The log-probabilities of a model that is sure of itself. */
    private static LogProbs certain(int token, int top) {
        return new LogProbs(0, top == 0 ? List.of() : List.of(new TopToken(token, 0)));
    }
}
