package dev.tidar.backend.cuda.step;

import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.step.RowCounts;
import dev.tidar.step.StepShape;

/**
 * The shapes that steps are padded to, so that few graphs serve all steps: powers of two up to 16 rows, then multiples
 * of 16 up to 144 rows, of 32 up to 512 rows, and of 128 beyond. A row's bits do not depend on the bucket.
 */
final class StepBuckets {

    private StepBuckets() {}

    /** The bucket of a step. It has one sequence more than the step, which the padding belongs to. */
    static StepShape of(StepShape shape) {
        return new StepShape(
                new RowCounts(rows(shape.rows().exact()), rows(shape.rows().drafting())),
                powerOfTwo(shape.sequences() + 1),
                rows(shape.sampled()),
                rows(shape.drafts()));
    }

    /** The stride of tables that have at most this number of blocks. */
    static int blocks(int blocks) {
        return Math.max(8, powerOfTwo(blocks));
    }

    /** The bucket of a number of rows. */
    static int rows(int rows) {
        if (rows <= 16) {
            return rows == 0 ? 0 : powerOfTwo(rows);
        }
        int step = rows <= 144 ? 16 : rows <= 512 ? 32 : 128;
        return CudaMatrix.roundUp(rows, step);
    }

    private static int powerOfTwo(int value) {
        return value <= 1 ? 1 : Integer.highestOneBit(value - 1) << 1;
    }
}
