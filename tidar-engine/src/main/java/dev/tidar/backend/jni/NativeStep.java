package dev.tidar.backend.jni;

import dev.tidar.backend.jni.NativeMemory.Stretch;
import dev.tidar.step.StepRows;
import java.nio.IntBuffer;

/**
 * What the kernels need to know of the rows of a step, as integers in native memory. It is written once for each step,
 * when its first verb asks. Confined to the engine thread.
 */
final class NativeStep {

    private final NativeMemory memory;
    private Stretch stretch = new Stretch(0, 0);
    /** The rows that are written, and the tokens of a block that their blocks were looked up with. */
    private Written written = new Written(new StepRows.Builder().build(), 0);

    private int total;
    private int[] tables = {};

    private record Written(StepRows rows, int blockTokens) {

        boolean is(StepRows others, int tokens) {
            return rows == others && blockTokens == tokens;
        }
    }

    NativeStep(NativeMemory memory) {
        this.memory = memory;
    }

    /** Writes rows; the addresses below are of these rows until the next call. */
    void load(StepRows rows, int blockTokens) {
        if (written.is(rows, blockTokens)) {
            return;
        }
        total = rows.counts().total();
        tables = new int[rows.numSequences()];
        int blocks = 0;
        for (int s = 0; s < tables.length; s++) {
            tables[s] = blocks;
            blocks += rows.numBlocks(s);
        }
        IntBuffer ints = room(3 * total + blocks);
        for (int row = 0; row < total; row++) {
            int position = rows.position(row);
            ints.put(row, position);
            ints.put(total + row, rows.visible(row));
            if (row < rows.counts().exact() && !rows.isPadding(row)) {
                ints.put(2 * total + row, rows.block(rows.sequence(row), position / blockTokens));
            }
        }
        for (int s = 0; s < tables.length; s++) {
            for (int i = 0; i < rows.numBlocks(s); i++) {
                ints.put(3 * total + tables[s] + i, rows.block(s, i));
            }
        }
        written = new Written(rows, blockTokens);
    }

    private IntBuffer room(int ints) {
        long bytes = (long) ints * Integer.BYTES;
        if (stretch.bytes() < bytes) {
            memory.release(stretch);
            stretch = memory.reserve(2 * bytes);
        }
        return stretch.buffer().asIntBuffer();
    }

    /** Address of the position of each row. */
    long positions() {
        return stretch.address();
    }

    /** Address of the number of cached keys that each row sees. */
    long visible() {
        return address(total);
    }

    /** Address of the KV block of each exact row's position. */
    long blocks() {
        return address(2 * total);
    }

    /** Address of the block table of a sequence. */
    long blockTable(int sequence) {
        return address(3 * total + tables[sequence]);
    }

    private long address(int index) {
        return stretch.address() + (long) index * Integer.BYTES;
    }
}
