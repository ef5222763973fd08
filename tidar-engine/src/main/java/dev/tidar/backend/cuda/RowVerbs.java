package dev.tidar.backend.cuda;

import static dev.tidar.backend.cuda.driver.CudaDevice.bits;

import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.driver.Grid;
import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.backend.cuda.memory.CudaGain;
import dev.tidar.backend.cuda.memory.CudaIds;
import dev.tidar.backend.cuda.memory.CudaKv;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaMatrix;
import dev.tidar.backend.cuda.memory.CudaRotaryTable;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.step.AttentionShape;
import dev.tidar.backend.cuda.step.CurrentStep;
import dev.tidar.backend.cuda.step.StepBlock;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import java.util.Optional;

/** Verbs that treat each row by itself: look-up, norms, rotation, gathering. Confined to the engine thread. */
public final class RowVerbs {

    private static final int THREADS = 128;

    /** The number of heads that one CUDA block rotates. */
    private static final int HEADS = 4;

    private static final int NORM_THREADS = 256;

    private final CudaDevice device;
    private final CurrentStep step;
    private final Forms forms;
    private final boolean narrow;

    RowVerbs(CudaDevice device, CurrentStep step, Arithmetic arithmetic, Forms forms) {
        this.device = device;
        this.step = step;
        this.forms = forms;
        this.narrow = arithmetic == Arithmetic.FAST;
    }

    /** {@code y[r] = table[token(r)] * factor}. */
    public void embed(CudaTensor y, CudaLinear table, float factor, StepRows rows) {
        CudaMatrix matrix = table.matrix();
        device.launch(
                "embed_" + matrix.typeName(),
                Grid.of(rows.counts().total(), THREADS),
                y.floats(),
                matrix.weights().address(),
                matrix.scaleAddress(),
                step.of(rows).rows(),
                matrix.columns(),
                matrix.paddedRows(),
                bits(factor));
        y.written(false);
    }

    /** RMSNorm; y may be x. */
    public void rmsNorm(CudaTensor y, CudaTensor x, CudaGain gain, float epsilon, int rows) {
        long in = forms.floats(x, rows);
        if (narrow) {
            device.launch(
                    "rms_norm_bf16",
                    Grid.of(rows, NORM_THREADS),
                    y.narrow(),
                    in,
                    gain.values().address(),
                    gain.length(),
                    y.pitch(),
                    bits(epsilon));
        } else {
            device.launch(
                    "rms_norm_f32",
                    Grid.of(rows, THREADS),
                    y.floats(),
                    in,
                    gain.values().address(),
                    gain.length(),
                    bits(epsilon));
        }
        y.written(narrow);
    }

    /**
     * Normalises and rotates queries and keys in place, scales queries, then stores keys and values of the exact rows.
     */
    public void rotateAndStore(
            CudaTensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            CudaRotaryTable rope,
            CudaKv kv,
            int layer,
            StepRows rows) {
        StepBlock block = step.of(rows, AttentionShape.ofRows(kv.geometry().blockTokens()));
        int all = heads.numHeads() + 2 * heads.numKvHeads();
        device.launch(
                "rotate_store_" + kv.typeName(),
                Grid.of(rows.counts().total(), (all + HEADS - 1) / HEADS, THREADS),
                forms.floats(qkv, rows.counts().total()),
                norms.map(n -> ((CudaGain) n.query()).values().address()).orElse(0L),
                norms.map(n -> ((CudaGain) n.key()).values().address()).orElse(0L),
                rope.cosines().address(),
                rope.sines().address(),
                rope.queryScales().map(Region::address).orElse(0L),
                kv.layer(layer),
                block.rows(),
                heads.numHeads(),
                heads.numKvHeads(),
                heads.headDim(),
                kv.geometry().blockTokens(),
                bits(norms.map(HeadNorms::epsilon).orElse(0f)));
    }

    /** {@code y[i] = x[rows[i]]}; NONE leaves y[i] undefined, so nothing of y is converted before. */
    public void gatherRows(CudaTensor y, CudaTensor x, CudaIds rows, int count) {
        device.launch(
                "gather_rows_f32",
                Grid.of(count, THREADS),
                y.floats(),
                forms.floats(x, x.rows()),
                rows.address(),
                x.columns());
        y.written(false);
    }
}
