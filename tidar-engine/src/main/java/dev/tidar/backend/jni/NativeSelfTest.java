package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.Int8Activations;
import dev.tidar.backend.jni.NativeMemory.Stretch;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * One small product at the level in use, compared with its definition. A library that was built wrongly is found here,
 * and not in an answer.
 */
final class NativeSelfTest {

    /** One group and a shorter one. */
    private static final int INPUTS = Int8Activations.GROUP + 20;

    private static final int ROWS = 7;
    private static final int OUTPUTS = NativeMatrix.PANEL;

    private NativeSelfTest() {}

    static boolean passes() {
        Random random = new Random(13);
        byte[][] w = new byte[OUTPUTS][INPUTS];
        for (byte[] row : w) {
            random.nextBytes(row);
        }
        float[][] x = new float[ROWS][INPUTS];
        for (float[] row : x) {
            for (int k = 0; k < INPUTS; k++) {
                row[k] = random.nextFloat() - 0.5f;
            }
        }
        try (NativeMemory memory = new NativeMemory()) {
            float[] y = product(memory, x, w);
            for (int i = 0; i < y.length; i++) {
                if (y[i] != defined(x[i / OUTPUTS], w[i % OUTPUTS])) {
                    return false;
                }
            }
        }
        return true;
    }

    private static float[] product(NativeMemory memory, float[][] x, byte[][] w) {
        int kind = NativeKernels.INT8_BY_INT8;
        Stretch rows = memory.reserve((long) ROWS * INPUTS * Float.BYTES);
        ByteBuffer floats = rows.buffer();
        for (int r = 0; r < ROWS; r++) {
            floats.asFloatBuffer().put(r * INPUTS, x[r]);
        }
        Stretch bytes = memory.reserve((long) OUTPUTS * INPUTS);
        for (int n = 0; n < OUTPUTS; n++) {
            bytes.buffer().put(n * INPUTS, w[n]);
        }
        long panel = memory.reserve(NativeKernels.panelBytes(kind, INPUTS)).address();
        NativeKernels.packPanel(panel, kind, bytes.address(), INPUTS);
        long q = memory.reserve(ROWS * NativeKernels.quantizedBytes(INPUTS)).address();
        NativeKernels.quantize(q, rows.address(), INPUTS, ROWS);
        long y = memory.reserve((long) ROWS * OUTPUTS * Float.BYTES).address();
        long scratch = memory.reserve(NativeKernels.productScratch(ROWS, 1)).address();
        NativeKernels.product(
                NativeKernels.STORE,
                y,
                OUTPUTS,
                q,
                ROWS,
                INPUTS,
                kind,
                panel,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                scratch);
        float[] result = new float[ROWS * OUTPUTS];
        NativeKernels.read(result, y, result.length);
        return result;
    }

    private static float defined(float[] x, byte[] w) {
        float[] rounded = x.clone();
        float sum = 0;
        for (int k = 0; k < INPUTS; k += Int8Activations.GROUP) {
            int count = Math.min(Int8Activations.GROUP, INPUTS - k);
            float scale = Int8Activations.round(rounded, k, count);
            int group = 0;
            for (int i = k; i < k + count; i++) {
                group += ((int) rounded[i]) * w[i];
            }
            sum = Math.fma((float) group, scale, sum);
        }
        return sum;
    }
}
