package dev.tidar.schedule;

import dev.tidar.model.TidarModel;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A model that keeps the tokens of exact rows in the blocks where a real one keeps their keys and values. Each sample
 * is a function of all tokens that its row sees there, so whoever reads a block of another sequence, or misses a row,
 * ends up with other tokens. Three drafts of four are right.
 */
final class RememberingModel implements TidarModel {

    static final int BLOCK_TOKENS = 4;
    static final int MASK = 0;

    private static final int VOCABULARY = 1000;

    private final int[] memory;
    private int drafted;
    private int accepted;

    RememberingModel(int blocks) {
        memory = new int[blocks * BLOCK_TOKENS];
    }

    /** What the model answers to a prompt. */
    static List<Integer> answer(List<Integer> prompt, SamplingParams params, int tokens) {
        List<Integer> all = new ArrayList<>(prompt);
        while (all.size() < prompt.size() + tokens) {
            all.add(next(all, params));
        }
        return all.subList(prompt.size(), all.size());
    }

    private static int next(List<Integer> tokens, SamplingParams params) {
        long seed = Objects.hash(tokens, params.seed());
        return new SplittableRandom(seed).nextInt(1, VOCABULARY);
    }

    /** The same model, but that of its samples each one that four divides is another. */
    TidarModel mistaken() {
        return inputs -> new StepResult(step(inputs).outcomes().stream()
                .map(outcome -> new StepResult.Outcome(
                        outcome.emitted().stream()
                                .map(RememberingModel::mistaken)
                                .toList(),
                        outcome.drafts()))
                .toList());
    }

    private static int mistaken(int token) {
        return token % 4 == 0 ? token % (VOCABULARY - 1) + 1 : token;
    }

    /** Part of the verified drafts that were accepted. */
    double acceptance() {
        return accepted / (double) drafted;
    }

    @Override
    public StepResult step(StepInputs inputs) {
        StepRows rows = inputs.rows();
        for (int row = 0; row < rows.counts().exact(); row++) {
            memory[slot(rows, rows.sequence(row), rows.position(row))] = rows.token(row);
        }
        List<StepResult.Outcome> results = new ArrayList<>();
        for (int s = 0; s < rows.numSequences(); s++) {
            results.add(result(rows, s, inputs.plans().get(s), inputs));
        }
        return new StepResult(results);
    }

    private StepResult.Outcome result(StepRows rows, int sequence, VerifyPlan plan, StepInputs inputs) {
        int[] sampled = new int[plan.firstSample() + plan.verifyRows()];
        for (int j = 0; j < plan.verifyRows(); j++) {
            int seen = rows.visible(plan.firstRow() + j);
            sampled[plan.firstSample() + j] = next(
                    seen(rows, sequence, seen),
                    inputs.verifySamplings().get(plan.firstSample() + j).params());
        }
        int kept = Verification.kept(sampled, plan, rows);
        drafted += Math.max(0, plan.verifyRows() - 1);
        accepted += Math.max(0, kept - 1);
        List<Integer> emitted = new ArrayList<>();
        for (int j = 0; j < kept; j++) {
            emitted.add(sampled[plan.firstSample() + j]);
        }
        return new StepResult.Outcome(emitted, drafts(rows, sequence, plan, kept, inputs));
    }

    private List<Integer> drafts(StepRows rows, int sequence, VerifyPlan plan, int kept, StepInputs inputs) {
        int group = plan.group(kept);
        if (group == Ids.NONE) {
            return List.of();
        }
        SamplingParams params = inputs.draftSamplings().get(plan.firstDraft()).params();
        List<Integer> context = seen(rows, sequence, rows.visible(group + 1));
        context.add(kept == 0 ? rows.token(group) : next(context, params));
        List<Integer> drafts = new ArrayList<>();
        for (int slot = 1; slot < plan.draftLength(); slot++) {
            int token = next(context, params);
            context.add(token);
            drafts.add(mistaken(token));
        }
        return drafts;
    }

    private List<Integer> seen(StepRows rows, int sequence, int positions) {
        List<Integer> tokens = new ArrayList<>();
        for (int position = 0; position < positions; position++) {
            tokens.add(memory[slot(rows, sequence, position)]);
        }
        return tokens;
    }

    private static int slot(StepRows rows, int sequence, int position) {
        return rows.block(sequence, position / BLOCK_TOKENS) * BLOCK_TOKENS + position % BLOCK_TOKENS;
    }
}
