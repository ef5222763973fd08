package dev.tidar.load;

import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.backend.BackendChoice;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.decode.DraftSource;
import dev.tidar.draft.Drafter;

/**
 * The rows that the widest step of an engine can have, for which its tensors are allocated.
 *
 * @param layoutRows rows that the layouts of a forward may have together: the rows of the widest layout, or the free
 *     drafts of all sequences, and one row for every sequence
 * @param prefillChunk prompt rows of a forward
 * @param groupRows rows of the groups that prompts can carry after their ends
 * @param draftRows rows of a forward of the draft model
 */
record WidestStep(int layoutRows, int prefillChunk, int groupRows, int draftRows) {

    /** A CPU is busy with a chunk of this size: more rows take it as much longer as they are more. */
    private static final int CPU_CHUNK = 64;

    /**
     * A GPU reads all weights for a chunk, whether it is small or large, so a small one wastes most of the time. An
     * estimate, see docs/decisions/0025-cubins-and-a-gpus-own-defaults.md.
     */
    private static final int GPU_CHUNK = 512;

    static WidestStep of(ModelConfig config, EngineOptions options, BackendChoice choice) {
        boolean drafts = config.tidar().isPresent();
        int running = options.limits().maxRunning();
        int block = options.draftModel().isPresent() ? Decoding.MAX_DRAFT_LENGTH : 1;
        int widest = drafts ? Decoding.MAX_DRAFT_LENGTH * (Decoding.MAX_DRAFT_LENGTH + 1) : block;
        int chunk = options.limits().prefillChunk().orElse(choice.isGpu() ? GPU_CHUNK : CPU_CHUNK);
        return new WidestStep(
                Math.max(DraftSource.MAX_FREE_DRAFTS * running, widest) + running,
                chunk,
                drafts ? running * Decoding.MAX_DRAFT_LENGTH : 0,
                Drafter.maxRows(chunk, running));
    }

    int rows() {
        return layoutRows + prefillChunk + groupRows;
    }
}
