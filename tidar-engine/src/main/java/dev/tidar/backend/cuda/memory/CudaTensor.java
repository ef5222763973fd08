package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.Tensor;
import java.util.Optional;

/**
 * Activations on the device. The float form is dense. For the tensor cores there is also a bfloat16 form, whose rows
 * have a pitch of whole tiles and zeros after their columns. One of the two forms holds the values; the other is made
 * from it when a verb needs it.
 *
 * <p>Confined to the engine thread.
 */
public final class CudaTensor implements Tensor {

    private final int rows;
    private final int columns;
    private final Region floats;
    private final Optional<Region> narrow;
    private boolean isNarrow;

    /** @param narrow the bfloat16 form; empty in strict arithmetic */
    public CudaTensor(int rows, int columns, Region floats, Optional<Region> narrow) {
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

    /** Address of the floats, whether or not they hold the values. */
    public long floats() {
        return floats.address();
    }

    /** Address of the bfloat16 form, whether or not it holds the values. */
    public long narrow() {
        return narrow.orElseThrow().address();
    }

    /** The number of elements from one row of the bfloat16 form to the next. */
    public int pitch() {
        return pitch(columns);
    }

    public static int pitch(int columns) {
        return CudaMatrix.roundUp(columns, CudaMatrix.TILE);
    }

    /** Whether the bfloat16 form holds the values. */
    public boolean isNarrow() {
        return isNarrow;
    }

    /** Records which of the forms a verb has written. */
    public void written(boolean asNarrow) {
        isNarrow = asNarrow;
    }
}
