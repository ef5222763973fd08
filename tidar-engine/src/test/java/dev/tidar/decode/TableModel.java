package dev.tidar.decode;

import dev.tidar.model.TidarModel;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.sampling.TokenSampler;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * A model of one sequence whose scores come from tables, with the sampling and verification of the product. Its law is
 * known exactly, and faults can be planted where a device could have them.
 */
final class TableModel implements TidarModel {

    /** Scores of the next token. */
    interface Table {
        /**
         * Scores for a position, given the token two before and the token before it; the last id is the mask, never
         * sampled.
         */
        double[] scores(int position, int beforeLast, int last);
    }

    /** What can go wrong on the way from scores to tokens. */
    enum Fault {
        NONE,
        ACCEPT_ALWAYS,
        DRAFT_IN_PLACE_OF_THE_SAMPLE,
        SAME_NOISE_AT_TWO_POSITIONS,
        FILTER_AFTER_THE_SAMPLE,
        PENALTIES_OF_THE_START_OF_THE_STEP,
        DRAFTS_OF_REJECTED_ROWS_PENALISED,
        DRAFT_NOISE_OFF_BY_ONE
    }

    private final Table verifier;
    private final Table drafter;
    private final int vocabSize;
    private final Fault fault;
    private final int[] history = new int[64];
    private final TokenSampler sampler = new TokenSampler();

    TableModel(Table verifier, Table drafter, int vocabSize, Fault fault) {
        this.verifier = verifier;
        this.drafter = drafter;
        this.vocabSize = vocabSize;
        this.fault = fault;
    }

    @Override
    public StepResult step(StepInputs inputs) {
        StepRows rows = inputs.rows();
        VerifyPlan plan = inputs.plans().get(0);
        for (int row = 0; row < rows.counts().exact(); row++) {
            history[rows.position(row)] = rows.token(row);
        }
        int[] sampled = new int[plan.verifyRows()];
        for (int j = 0; j < sampled.length; j++) {
            int position = rows.sampledPosition(plan.firstRow() + j);
            RowSampling rule = faulty(inputs.verifySamplings(), j);
            sampled[j] = sample(verifier, position, history[Math.max(0, position - 2)], history[position - 1], rule, 0);
        }
        int kept = fault == Fault.ACCEPT_ALWAYS ? plan.verifyRows() : Verification.kept(sampled, plan, rows);
        return new StepResult(
                List.of(new StepResult.Outcome(emitted(sampled, kept, plan, rows), drafts(plan, kept, inputs))));
    }

    private List<Integer> emitted(int[] sampled, int kept, VerifyPlan plan, StepRows rows) {
        List<Integer> emitted = new ArrayList<>();
        for (int j = 0; j < kept; j++) {
            boolean fromDraft = fault == Fault.ACCEPT_ALWAYS && j < kept - 1;
            boolean mismatch = fault == Fault.DRAFT_IN_PLACE_OF_THE_SAMPLE && j == kept - 1 && kept < plan.verifyRows();
            emitted.add(fromDraft || mismatch ? rows.token(plan.firstRow() + j + 1) : sampled[j]);
        }
        return emitted;
    }

    private RowSampling faulty(List<RowSampling> rules, int row) {
        RowSampling rule = rules.get(row);
        return switch (fault) {
            case PENALTIES_OF_THE_START_OF_THE_STEP ->
                new RowSampling(rule.params(), rule.history(), TokenCounts.NONE, rule.allowed(), rule.logProbs());
            case DRAFTS_OF_REJECTED_ROWS_PENALISED -> rules.get(rules.size() - 1);
            default -> rule;
        };
    }

    private List<Integer> drafts(VerifyPlan plan, int kept, StepInputs inputs) {
        StepRows rows = inputs.rows();
        List<Integer> drafts = new ArrayList<>();
        for (int slot = 1; plan.group(kept) >= 0 && slot < plan.draftLength(); slot++) {
            int row = plan.group(kept) + slot;
            int shift = fault == Fault.DRAFT_NOISE_OFF_BY_ONE ? 1 : 0;
            int seen = rows.visible(row);
            RowSampling rule = inputs.draftSamplings().get(slot - 1);
            drafts.add(sample(drafter, rows.sampledPosition(row), 0, history[seen - 1], rule, shift));
        }
        return drafts;
    }

    private int sample(Table table, int position, int beforeLast, int last, RowSampling rule, int shift) {
        float[] scores = new float[vocabSize];
        double[] exact = table.scores(position, beforeLast, last);
        for (int id = 0; id < vocabSize; id++) {
            scores[id] = (float) exact[id];
        }
        int noise = fault == Fault.SAME_NOISE_AT_TWO_POSITIONS ? position / 2 : position + shift;
        int mask = vocabSize - 1;
        if (fault == Fault.FILTER_AFTER_THE_SAMPLE) {
            int sample = sampler.sample(scores, 0, vocabSize, rule, noise);
            return sample == mask ? 0 : sample;
        }
        scores[mask] = Float.NEGATIVE_INFINITY;
        return sampler.sample(scores, 0, vocabSize, rule, noise);
    }
}
