package dev.tidar.model;

import dev.tidar.backend.Backend;
import dev.tidar.step.RowCounts;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Looks whether a draft adapter acts. An adapter that does not, because it was never trained or because a device left
 * it out, is a silent loss: the text stays right, and the drafts are worse.
 *
 * <p>A linear layer computes the same row twice, as an exact row and as a drafting row. Without an adapter the results
 * have the same bits, as every backend promises.
 *
 * @param work activations of a forward, whose first row holds something
 */
record AdapterCheck(Backend backend, TidarWeights weights, Workspace work) {

    private static final RowCounts EXACT = new RowCounts(1, 0);
    private static final RowCounts DRAFTING = new RowCounts(0, 1);

    /** Whether the adapter changes the result of at least one linear layer. */
    boolean acts() {
        return weights.layers().stream().anyMatch(this::actsIn);
    }

    private boolean actsIn(LayerWeights layer) {
        return differs(work.mixed(), work.attended(), layer.output())
                || differs(work.qkv(), work.h(), layer.qkv())
                || differs(work.mixed(), work.gated(), layer.down())
                || differs(work.gated(), rows -> backend.swiGlu(work.gated(), work.h(), layer.gateUp(), rows));
    }

    private boolean differs(Tensor y, Tensor x, Linear w) {
        return differs(y, rows -> backend.linear(y, x, w, rows));
    }

    /** Whether a verb leaves other bits in the first row of y where that is a drafting row. */
    private boolean differs(Tensor y, Consumer<RowCounts> verb) {
        verb.accept(EXACT);
        float[] exact = backend.read(y, 1);
        verb.accept(DRAFTING);
        return !Arrays.equals(exact, backend.read(y, 1));
    }
}
