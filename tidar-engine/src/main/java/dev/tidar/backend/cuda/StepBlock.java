package dev.tidar.backend.cuda;

import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Everything that differs between two steps of one shape, in one region of the device that the host writes in one copy:
 * {@code StepRow[rows] | StepSequence[sequences] | StepTile[tiles] | tables[sequences][tableStride] |
 * sampleRows[sampled] | groups[...] | rules}, declared in {@code step.cuh}. Where a section begins depends on the shape
 * alone; the rules are as long as they are.
 *
 * <p>Confined to the engine thread.
 */
final class StepBlock {

    static final int ROW_BYTES = 32;
    static final int SEQUENCE_BYTES = 48;
    static final int TILE_BYTES = 32;
    static final int ALIGNMENT = 32;
    private static final int MIN_BYTES = 1 << 16;

    private final JCudaContext context;
    private final DeviceMemory memory;
    private Region region;
    private PinnedMemory host;
    private StepView shown = StepView.NOTHING;
    private StepView.Layout layout = StepView.NOTHING.layout();
    /** Whether the device may still be copying from the host's side. */
    private boolean copying;

    /** Whether sections have moved since the last step. */
    private boolean moved;

    private boolean inStep;
    private boolean frozen;
    /** As attention last asked for; 0 before. */
    private int rowsOfTile;

    StepBlock(JCudaContext context, DeviceMemory memory) {
        this.context = context;
        this.memory = memory;
        this.region = memory.allocate(MIN_BYTES, "the rows of a step");
        this.host = memory.pinned(MIN_BYTES);
    }

    /**
     * Writes a whole step on the host's side, where {@link #copy} takes it from. Returns whether memory had to grow
     * since the last step, so that sections have moved.
     */
    boolean write(StepInputs inputs, int blockTokens, int tableStride) {
        List<AttentionTile> tiles = rowsOfTile == 0 ? List.of() : AttentionTile.of(inputs.rows(), rowsOfTile);
        write(StepView.of(inputs)
                .withTables(blockTokens, tableStride)
                .withTiles(tiles, StepBuckets.rows(tiles.size())));
        boolean haveMoved = moved;
        moved = false;
        return haveMoved;
    }

    /** Queues the copy of what was written. */
    void copy() {
        context.copyToDevice(region.address(), host, layout.end());
        copying = true;
    }

    /** All queued work has ended. */
    void copied() {
        copying = false;
    }

    /** What was written may not have arrived. */
    void forget() {
        shown = StepView.NOTHING;
    }

    /** Whether verbs that follow belong to the step that was written. */
    void inStep(boolean running) {
        inStep = running;
    }

    /** Whether what was written is all that verbs may ask for, because they are captured. */
    void freeze(boolean frozen) {
        this.frozen = frozen;
    }

    /** Makes sure that the device has these rows. */
    StepBlock with(StepRows rows) {
        if (shown.rows() != rows) {
            show(StepView.of(rows));
        }
        return this;
    }

    /** Makes sure that the device has these rows, with the blocks that they see and store to. */
    StepBlock withTables(StepRows rows, int blockTokens) {
        if (shown.rows() != rows || shown.blockTokens() != blockTokens) {
            show(StepView.of(rows).withTables(blockTokens, blocksSeen(rows, blockTokens)));
        }
        return this;
    }

    /** Makes sure that the device has these rows, their blocks, and which of them attend together. */
    StepBlock withTiles(StepRows rows, int blockTokens, int rowsTogether) {
        withTables(rows, blockTokens);
        if (shown.numTiles() == 0 || rowsOfTile != rowsTogether) {
            rowsOfTile = rowsTogether;
            List<AttentionTile> tiles = AttentionTile.of(rows, rowsTogether);
            show(shown.withTiles(tiles, tiles.size()));
        }
        return this;
    }

    /** Whether the device has the rows of this step and all that belongs to them. */
    boolean hasStep(StepRows rows) {
        return inStep && shown.rows() == rows;
    }

    /** Makes sure that the device has these rows and how their sequences sample. */
    StepBlock withSamplingParams(StepRows rows, List<SamplingParams> samplingParams) {
        show(StepView.of(rows).withSamplingParams(samplingParams));
        return this;
    }

    /** Makes sure that the device has these rows and how each of them samples. */
    StepBlock withRules(StepRows rows, StepRules rules) {
        show(StepView.of(rows).withRules(rules));
        return this;
    }

    /** Makes sure that the device has these rows and what their sequences verify. */
    StepBlock withPlans(StepRows rows, List<VerifyPlan> plans) {
        if (shown.rows() != rows || shown.plans() != plans) {
            show(StepView.of(rows).withPlans(plans));
        }
        return this;
    }

    /** Makes sure that the device has the row numbers that get the head first. */
    StepBlock withSampleRows(StepInputs inputs) {
        if (shown.rows() != inputs.rows() || shown.plans() != inputs.plans()) {
            show(StepView.of(inputs));
        }
        return this;
    }

    long rows() {
        return region.address();
    }

    long sequences() {
        return region.address() + layout.sequences();
    }

    long tiles() {
        return region.address() + layout.tiles();
    }

    int numTiles() {
        return shown.numTiles();
    }

    long tables() {
        return region.address() + layout.tables();
    }

    /** Blocks from one table to the next. */
    int tableStride() {
        return shown.tableStride();
    }

    long sampleRows() {
        return region.address() + layout.sampleRows();
    }

    long groups() {
        return region.address() + layout.groups();
    }

    /** Whether there are rules that say more than temperature and seed. */
    boolean hasRules() {
        return !shown.rules().isEmpty();
    }

    /** The rules of all samples, and the lists that they point to. */
    long rules() {
        return region.address() + layout.rules();
    }

    /** The rules of one sample. */
    long rules(List<RowSampling> ofSample) {
        return rules() + shown.rules().first(ofSample);
    }

    /** Bytes that the rules take of the block; a graph copies as many. */
    int rulesRoom() {
        return shown.rules().room();
    }

    /** The longest table that the rows of a step need. */
    static int blocksSeen(StepRows rows, int blockTokens) {
        int max = 0;
        for (int row = 0; row < rows.counts().total(); row++) {
            max = Math.max(max, rows.visible(row));
        }
        return (max + blockTokens - 1) / blockTokens;
    }

    private void show(StepView view) {
        if (frozen) {
            throw new IllegalStateException("a step must use the inputs that it is given");
        }
        write(view);
        copy();
    }

    private void write(StepView view) {
        if (copying) {
            context.synchronize();
            copying = false;
        }
        shown = StepView.NOTHING;
        layout = view.layout();
        reserve(layout.end());
        ByteBuffer to = host.bytes().clear();
        for (int row = 0; row < view.rows().counts().total(); row++) {
            writeRow(to, view, row);
        }
        int group = 0;
        for (int s = 0; s < view.rows().numSequences(); s++) {
            group = writeSequence(to, view, s, group);
        }
        for (int t = 0; t < view.numTiles(); t++) {
            to.position(layout.tiles() + t * TILE_BYTES);
            (t < view.tiles().size() ? view.tiles().get(t) : AttentionTile.EMPTY).write(to);
        }
        if (view.blockTokens() > 0) {
            writeTables(to, view);
        }
        for (int i = 0; i < view.sampleRows().length; i++) {
            to.putInt(layout.sampleRows() + i * Integer.BYTES, view.sampleRows()[i]);
        }
        view.rules().write(to, layout.rules());
        shown = view;
    }

    private void reserve(int bytes) {
        if (bytes <= region.bytes()) {
            return;
        }
        Region larger = memory.allocate(2L * bytes, "the rows of a step");
        PinnedMemory largerHost = memory.pinned(2L * bytes);
        context.synchronize(); // queued kernels may still read the smaller one
        memory.free(region);
        memory.free(host);
        region = larger;
        host = largerHost;
        moved = true;
    }

    private void writeRow(ByteBuffer to, StepView view, int row) {
        StepRows rows = view.rows();
        boolean drafting = row >= rows.counts().exact();
        to.position(row * ROW_BYTES);
        to.putInt(rows.token(row))
                .putInt(rows.position(row))
                .putInt(rows.visible(row))
                .putInt(rows.sequence(row));
        to.putInt(drafting ? rows.groupFirst(row) : 0).putInt(drafting ? rows.groupEnd(row) : 0);
        to.putInt(rows.sampledPosition(row)).putInt(slot(view, row));
    }

    /** Only exact rows are kept, and of them those that are no padding. */
    private static int slot(StepView view, int row) {
        StepRows rows = view.rows();
        if (view.blockTokens() == 0 || row >= rows.counts().exact() || rows.isPadding(row)) {
            return Ids.NONE;
        }
        int position = rows.position(row);
        return rows.block(rows.sequence(row), position / view.blockTokens()) * view.blockTokens()
                + position % view.blockTokens();
    }

    private int writeSequence(ByteBuffer to, StepView view, int s, int firstGroup) {
        to.position(layout.sequences() + s * SEQUENCE_BYTES);
        SamplingParams params = view.samplingParams().isEmpty()
                ? SamplingParams.GREEDY
                : view.samplingParams().get(s);
        to.putLong(params.seed()).putFloat(params.temperature()).putFloat(1 / params.temperature());
        if (view.plans().isEmpty()) {
            to.putInt(0)
                    .putInt(0)
                    .putInt(0)
                    .putInt(0)
                    .putInt(1)
                    .putInt(0)
                    .putFloat(1)
                    .putInt(0);
            return firstGroup;
        }
        VerifyPlan plan = view.plans().get(s);
        to.putInt(plan.firstRow()).putInt(plan.verifyRows());
        to.putInt(plan.firstSample()).putInt(plan.firstDraft()).putInt(plan.draftLength());
        to.putInt(firstGroup).putFloat(plan.beta()).putInt(0);
        for (int kept = 0; kept <= plan.verifyRows(); kept++) {
            to.putInt(layout.groups() + (firstGroup + kept) * Integer.BYTES, plan.group(kept));
        }
        return firstGroup + plan.verifyRows() + 1;
    }

    /** As many blocks of each sequence as its rows see; what is after is never read. */
    private void writeTables(ByteBuffer to, StepView view) {
        StepRows rows = view.rows();
        int[] seen = new int[rows.numSequences()];
        for (int row = 0; row < rows.counts().total(); row++) {
            seen[rows.sequence(row)] = Math.max(seen[rows.sequence(row)], rows.visible(row));
        }
        for (int s = 0; s < seen.length; s++) {
            int at = layout.tables() + s * view.tableStride() * Integer.BYTES;
            for (int b = 0; b * view.blockTokens() < seen[s]; b++) {
                to.putInt(at + b * Integer.BYTES, rows.block(s, b));
            }
        }
    }
}
