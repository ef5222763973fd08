package dev.tidar.backend.cuda;

import dev.tidar.tensor.Tensor;
import java.util.Optional;

/**
 * Activations on the device: in float, dense, and for the tensor cores also in bfloat16, where a row has a pitch of
 * whole tiles and zeros after its columns. One of the two forms holds the values; the other is made from it when a verb
 * needs it.
 *
 * <p>Confined to the engine thread.
 */
public final class CudaTensor implements Tensor {

    private final int rows;
    private final int columns;
    private final Region floats;
    private final Optional<Region> narrow;
    private boolean isNarrow;

    CudaTensor(int rows, int columns, Region floats, Optional<Region> narrow) {
        this.rows = rows;
        this.columns = columns;
        this.floats = floats;
        this.narrow = narrow;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** Where the floats are, whether or not they hold the values. */
    long floats() {
        return floats.address();
    }

    /** Where the bfloat16 form is, whether or not it holds the values. */
    long narrow() {
        return narrow.orElseThrow().address();
    }

    /** Elements from one row of the bfloat16 form to the next. */
    int pitch() {
        return pitch(columns);
    }

    static int pitch(int columns) {
        return CudaMatrix.roundUp(columns, CudaMatrix.TILE);
    }

    /** Whether the bfloat16 form holds the values. */
    boolean isNarrow() {
        return isNarrow;
    }

    /** A verb has written one of the forms. */
    void written(boolean asNarrow) {
        isNarrow = asNarrow;
    }
}
