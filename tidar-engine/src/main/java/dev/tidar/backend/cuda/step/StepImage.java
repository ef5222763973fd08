package dev.tidar.backend.cuda.step;

import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.Pass;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.StepShape;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of one step as kernels read them, declared in {@code step.cuh}: {@code StepRow[rows] |
 * StepSequence[sequences] | StepTile[tiles] | tables[sequences][tableStride] | sampleRows[sampled] | groups[...] |
 * sampling}. Where a section begins depends on {@link #shape} alone. Sections that a verb does not need may be empty.
 *
 * <p>Immutable.
 */
final class StepImage {

    static final int ROW_BYTES = 32;
    static final int SEQUENCE_BYTES = 48;
    static final int TILE_BYTES = 32;
    private static final int ALIGNMENT = 32;

    private final StepRows rows;
    private final List<VerifyPlan> plans;
    private final List<SamplingParams> samplingParams;
    private final StepSampling sampling;
    private final int[] sampleRows;
    private final int blockTokens;
    private final List<AttentionTile> tiles;
    private final Shape shape;
    private final Layout layout;

    /** The image of a whole step. */
    StepImage(StepInputs inputs, AttentionShape attention) {
        this(
                inputs.rows(),
                inputs.plans(),
                inputs.samplingParams(),
                StepSampling.of(inputs),
                inputs.verifyRows(),
                attention,
                inputs.numDrafts(),
                inputs.mixes(),
                inputs.asksLogProbs());
    }

    /** The image of the rows of a step, and of what their sequences verify: one plan for each sequence, or no plans. */
    StepImage(StepRows rows, List<VerifyPlan> plans, AttentionShape attention) {
        this(rows, plans, List.of(), StepSampling.NONE, new int[0], attention, 0, false, false);
    }

    private StepImage(
            StepRows rows,
            List<VerifyPlan> plans,
            List<SamplingParams> samplingParams,
            StepSampling sampling,
            int[] sampleRows,
            AttentionShape attention,
            int numDrafts,
            boolean mixes,
            boolean asksLogProbs) {
        this.rows = rows;
        this.plans = plans;
        this.samplingParams = samplingParams;
        this.sampling = sampling;
        this.sampleRows = sampleRows;
        this.blockTokens = attention.blockTokens();
        this.tiles = attention.rowsPerTile() == 0 ? List.of() : AttentionTile.of(rows, attention.rowsPerTile());
        this.shape = new Shape(
                new StepShape(rows.counts(), rows.numSequences(), sampleRows.length, numDrafts),
                blockTokens == 0 ? 0 : StepBuckets.blocks(blocksSeen()),
                StepBuckets.rows(tiles.size()),
                sampling.room(),
                mixes,
                asksLogProbs);
        this.layout = layout();
    }

    /**
     * What decides which kernels a step launches, and with which arguments.
     *
     * @param step the number of its rows, sequences, samples and drafts
     * @param tableStride the number of blocks from one block table to the next
     * @param tiles the number of attention tiles, those of padding included
     * @param samplingBytes the size of the section with the sampling parameters; 0 where rows have only temperature and
     *     seed
     * @param mixes whether verify rows are mixed with masks
     * @param asksLogProbs whether log-probabilities are reported
     */
    record Shape(StepShape step, int tableStride, int tiles, int samplingBytes, boolean mixes, boolean asksLogProbs) {}

    /** Where the sections after the rows begin, in bytes, and where the last one ends. */
    private record Layout(int sequences, int tiles, int tables, int sampleRows, int groups, int sampling, int end) {}

    private Layout layout() {
        int numSequences = rows.numSequences();
        int sampled = Math.max(
                sampleRows.length,
                plans.stream().mapToInt(VerifyPlan::verifyRows).sum());
        int sequences = rows.counts().total() * ROW_BYTES;
        int firstTile = aligned(sequences + numSequences * SEQUENCE_BYTES);
        int tables = firstTile + shape.tiles() * TILE_BYTES;
        int firstSample = aligned(tables + numSequences * shape.tableStride() * Integer.BYTES);
        int groups = aligned(firstSample + sampleRows.length * Integer.BYTES);
        int firstSampling = aligned(groups + (sampled + numSequences) * Integer.BYTES);
        int end = Math.addExact(firstSampling, shape.samplingBytes());
        return new Layout(sequences, firstTile, tables, firstSample, groups, firstSampling, end);
    }

    private static int aligned(int bytes) {
        return CudaMatrix.roundUp(bytes, ALIGNMENT);
    }

    /** The number of blocks of the longest table that a row sees. */
    private int blocksSeen() {
        int max = 0;
        for (int row = 0; row < rows.counts().total(); row++) {
            max = Math.max(max, rows.visible(row));
        }
        return (max + blockTokens - 1) / blockTokens;
    }

    Shape shape() {
        return shape;
    }

    int bytes() {
        return layout.end;
    }

    // offsets of the sections, in bytes

    int sequences() {
        return layout.sequences;
    }

    int tiles() {
        return layout.tiles;
    }

    int tables() {
        return layout.tables;
    }

    int sampleRows() {
        return layout.sampleRows;
    }

    int groups() {
        return layout.groups;
    }

    int sampling() {
        return layout.sampling;
    }

    int sampling(Pass pass) {
        return layout.sampling + sampling.first(pass);
    }

    // content

    /** Writes the image to the beginning of a buffer. */
    void write(ByteBuffer to) {
        for (int row = 0; row < rows.counts().total(); row++) {
            writeRow(to, row);
        }
        int firstGroup = 0;
        for (int s = 0; s < rows.numSequences(); s++) {
            firstGroup = writeSequence(to, s, firstGroup);
        }
        for (int t = 0; t < shape.tiles(); t++) {
            to.position(layout.tiles + t * TILE_BYTES);
            (t < tiles.size() ? tiles.get(t) : AttentionTile.EMPTY).write(to);
        }
        if (blockTokens > 0) {
            writeTables(to);
        }
        for (int i = 0; i < sampleRows.length; i++) {
            to.putInt(layout.sampleRows + i * Integer.BYTES, sampleRows[i]);
        }
        sampling.write(to, layout.sampling);
    }

    private void writeRow(ByteBuffer to, int row) {
        boolean drafting = row >= rows.counts().exact();
        to.position(row * ROW_BYTES);
        to.putInt(rows.token(row)).putInt(rows.position(row));
        to.putInt(rows.visible(row)).putInt(rows.sequence(row));
        to.putInt(drafting ? rows.groupFirst(row) : 0).putInt(drafting ? rows.groupEnd(row) : 0);
        to.putInt(rows.sampledPosition(row)).putInt(slot(row));
    }

    /** The slot that a row stores its keys and values in. Only exact rows that are not padding store any. */
    private int slot(int row) {
        if (blockTokens == 0 || row >= rows.counts().exact() || rows.isPadding(row)) {
            return Ids.NONE;
        }
        int position = rows.position(row);
        return rows.block(rows.sequence(row), position / blockTokens) * blockTokens + position % blockTokens;
    }

    /** Returns where the groups of the next sequence begin. */
    private int writeSequence(ByteBuffer to, int s, int firstGroup) {
        to.position(layout.sequences + s * SEQUENCE_BYTES);
        SamplingParams params = samplingParams.isEmpty() ? SamplingParams.GREEDY : samplingParams.get(s);
        to.putLong(params.seed()).putFloat(params.temperature()).putFloat(1 / params.temperature());
        if (plans.isEmpty()) {
            to.putInt(0).putInt(0).putInt(0).putInt(0);
            to.putInt(1).putInt(0).putFloat(1).putInt(0);
            return firstGroup;
        }
        VerifyPlan plan = plans.get(s);
        to.putInt(plan.firstRow()).putInt(plan.verifyRows()).putInt(plan.firstSample());
        to.putInt(plan.firstDraft()).putInt(plan.draftLength());
        to.putInt(firstGroup).putFloat(plan.beta()).putInt(0);
        for (int kept = 0; kept <= plan.verifyRows(); kept++) {
            to.putInt(layout.groups + (firstGroup + kept) * Integer.BYTES, plan.group(kept));
        }
        return firstGroup + plan.verifyRows() + 1;
    }

    /** Writes the block table of each sequence as far as its rows see it; kernels read no blocks after these. */
    private void writeTables(ByteBuffer to) {
        int[] seen = new int[rows.numSequences()];
        for (int row = 0; row < rows.counts().total(); row++) {
            seen[rows.sequence(row)] = Math.max(seen[rows.sequence(row)], rows.visible(row));
        }
        for (int s = 0; s < seen.length; s++) {
            int at = layout.tables + s * shape.tableStride() * Integer.BYTES;
            for (int b = 0; b * blockTokens < seen[s]; b++) {
                to.putInt(at + b * Integer.BYTES, rows.block(s, b));
            }
        }
    }
}
