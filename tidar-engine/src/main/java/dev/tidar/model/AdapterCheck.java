package dev.tidar.model;

import dev.tidar.backend.Backend;
import dev.tidar.step.RowCounts;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;

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
                || gateDiffers(layer.gateUp());
    }

    private boolean differs(Tensor y, Tensor x, Linear w) {
        backend.linear(y, x, w, EXACT);
        float[] exact = backend.read(y, 1);
        backend.linear(y, x, w, DRAFTING);
        return !Arrays.equals(exact, backend.read(y, 1));
    }

    private boolean gateDiffers(Linear gateUp) {
        Tensor y = backend.allocate(1, gateUp.outputs());
        backend.swiGlu(y, work.h(), gateUp, EXACT);
        float[] exact = backend.read(y, 1);
        backend.swiGlu(y, work.h(), gateUp, DRAFTING);
        return !Arrays.equals(exact, backend.read(y, 1));
    }
}
