package dev.tidar.backend.cuda;

import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import java.util.List;

/**
 * What verbs need to know of a step. Lists that they do not need are empty.
 *
 * @param rows its rows
 * @param plans what its sequences verify
 * @param samplingParams how they sample where temperature and seed are all there is to it
 * @param rules how their rows sample where it is not
 * @param sampleRows rows that get the head first
 * @param blockTokens tokens of a KV block; 0 where no block table is needed
 * @param tableStride blocks of a table
 * @param tiles rows that attend together
 * @param numTiles tiles, of which those after the given ones are empty
 */
record StepView(
        StepRows rows,
        List<VerifyPlan> plans,
        List<SamplingParams> samplingParams,
        StepRules rules,
        int[] sampleRows,
        int blockTokens,
        int tableStride,
        List<AttentionTile> tiles,
        int numTiles) {

    static final StepView NOTHING = of(new StepRows.Builder().build());

    static StepView of(StepRows rows) {
        return new StepView(rows, List.of(), List.of(), StepRules.NONE, new int[0], 0, 0, List.of(), 0);
    }

    static StepView of(StepInputs inputs) {
        return new StepView(
                inputs.rows(),
                inputs.plans(),
                inputs.samplingParams(),
                StepRules.of(inputs),
                inputs.verifyRows(),
                0,
                0,
                List.of(),
                0);
    }

    StepView withPlans(List<VerifyPlan> other) {
        return new StepView(rows, other, samplingParams, rules, sampleRows, blockTokens, tableStride, tiles, numTiles);
    }

    StepView withSamplingParams(List<SamplingParams> other) {
        return new StepView(rows, plans, other, rules, sampleRows, blockTokens, tableStride, tiles, numTiles);
    }

    StepView withRules(StepRules other) {
        return new StepView(rows, plans, samplingParams, other, sampleRows, blockTokens, tableStride, tiles, numTiles);
    }

    StepView withTables(int tokens, int stride) {
        return new StepView(rows, plans, samplingParams, rules, sampleRows, tokens, stride, tiles, numTiles);
    }

    StepView withTiles(List<AttentionTile> together, int count) {
        return new StepView(rows, plans, samplingParams, rules, sampleRows, blockTokens, tableStride, together, count);
    }

    /**
     * Where the sections of the block begin, in bytes, and where the last ends; it depends on the shape alone, and on
     * the room of the rules.
     */
    Layout layout() {
        int numSequences = rows.numSequences();
        int sampled = Math.max(
                sampleRows.length,
                plans.stream().mapToInt(VerifyPlan::verifyRows).sum());
        int sequences = rows.counts().total() * StepBlock.ROW_BYTES;
        int firstTile = aligned(sequences + numSequences * StepBlock.SEQUENCE_BYTES);
        int tables = firstTile + numTiles * StepBlock.TILE_BYTES;
        int firstSample = aligned(tables + numSequences * tableStride * Integer.BYTES);
        int groups = aligned(firstSample + sampleRows.length * Integer.BYTES);
        int firstRule = aligned(groups + (sampled + numSequences) * Integer.BYTES);
        return new Layout(
                sequences, firstTile, tables, firstSample, groups, firstRule, Math.addExact(firstRule, rules.room()));
    }

    private static int aligned(int bytes) {
        return CudaMatrix.roundUp(bytes, StepBlock.ALIGNMENT);
    }

    /** Beginnings of the sections that follow the rows, and the end of the last. */
    record Layout(int sequences, int tiles, int tables, int sampleRows, int groups, int rules, int end) {}
}
