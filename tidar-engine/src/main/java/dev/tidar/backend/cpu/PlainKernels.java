package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.CpuKv.KEY_TILE;
import static dev.tidar.backend.cpu.PackedMatrix.PANEL;

import dev.tidar.sampling.Exponential;
import dev.tidar.tensor.Float16;
import java.util.Arrays;

/**
 * The kernels as plain loops: the specification, and the fallback where no other set can run. Inner loops run over
 * outputs with unit stride, which is the form that the JIT compiler turns into vector instructions by itself.
 */
final class PlainKernels implements KernelSet {

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public int tileRows() {
        return 4;
    }

    @Override
    public void fourPanels(float[] sums, float[] w, int wFrom, int panelElements, float[] x, int inputs) {
        Arrays.fill(sums, 0, 4 * PANEL, 0);
        for (int p = 0; p < 4; p++) {
            addChains(sums, p * PANEL, x, 0, 1, w, wFrom + p * panelElements, inputs);
        }
    }

    @Override
    public void fourPanels(float[] sums, int[] w, int wFrom, int panelElements, float[] x, int inputs) {
        Arrays.fill(sums, 0, 4 * PANEL, 0);
        for (int p = 0; p < 4; p++) {
            addChains(sums, p * PANEL, x, 0, 1, w, wFrom + p * panelElements, inputs);
        }
    }

    @Override
    public void fourPanels(float[] sums, byte[] w, int wFrom, int panelElements, float[] x, int inputs) {
        Arrays.fill(sums, 0, 4 * PANEL, 0);
        for (int p = 0; p < 4; p++) {
            addChains(sums, p * PANEL, x, 0, 1, w, wFrom + p * panelElements, inputs);
        }
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs) {
        for (int r = 0; r < rows; r++) {
            addChains(sums, sumsFrom + r * PANEL, x, xFrom + r, rows, w, wFrom, inputs);
        }
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, int[] w, int wFrom, int inputs) {
        for (int r = 0; r < rows; r++) {
            addChains(sums, sumsFrom + r * PANEL, x, xFrom + r, rows, w, wFrom, inputs);
        }
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, byte[] w, int wFrom, int inputs) {
        for (int r = 0; r < rows; r++) {
            addChains(sums, sumsFrom + r * PANEL, x, xFrom + r, rows, w, wFrom, inputs);
        }
    }

    /**
     * Adds one product for each input to the chains; four inputs a turn, so that a sum is loaded and stored once for
     * them.
     */
    private static void addChains(
            float[] sums, int sumsFrom, float[] x, int xFrom, int xStride, float[] w, int wFrom, int inputs) {
        int k = 0;
        for (; k <= inputs - 4; k += 4) {
            int xAt = xFrom + k * xStride;
            float x0 = x[xAt];
            float x1 = x[xAt + xStride];
            float x2 = x[xAt + 2 * xStride];
            float x3 = x[xAt + 3 * xStride];
            int at = wFrom + k * PANEL;
            for (int n = 0; n < PANEL; n++) {
                float sum = Math.fma(x0, w[at + n], sums[sumsFrom + n]);
                sum = Math.fma(x1, w[at + PANEL + n], sum);
                sum = Math.fma(x2, w[at + 2 * PANEL + n], sum);
                sums[sumsFrom + n] = Math.fma(x3, w[at + 3 * PANEL + n], sum);
            }
        }
        for (; k < inputs; k++) {
            float xk = x[xFrom + k * xStride];
            int at = wFrom + k * PANEL;
            for (int n = 0; n < PANEL; n++) {
                sums[sumsFrom + n] = Math.fma(xk, w[at + n], sums[sumsFrom + n]);
            }
        }
    }

    private static void addChains(
            float[] sums, int sumsFrom, float[] x, int xFrom, int xStride, int[] w, int wFrom, int inputs) {
        for (int k = 0; k < inputs; k++) {
            float xk = x[xFrom + k * xStride];
            int at = wFrom + k * 16;
            for (int n = 0; n < 16; n++) {
                int pair = w[at + n];
                sums[sumsFrom + n] = Math.fma(xk, Float.intBitsToFloat(pair << 16), sums[sumsFrom + n]);
                sums[sumsFrom + 16 + n] =
                        Math.fma(xk, Float.intBitsToFloat(pair & 0xffff0000), sums[sumsFrom + 16 + n]);
            }
        }
    }

    private static void addChains(
            float[] sums, int sumsFrom, float[] x, int xFrom, int xStride, byte[] w, int wFrom, int inputs) {
        int k = 0;
        for (; k <= inputs - 4; k += 4) {
            int xAt = xFrom + k * xStride;
            float x0 = x[xAt];
            float x1 = x[xAt + xStride];
            float x2 = x[xAt + 2 * xStride];
            float x3 = x[xAt + 3 * xStride];
            int at = wFrom + k * PANEL;
            for (int n = 0; n < PANEL; n++) {
                float sum = Math.fma(x0, (float) w[at + n], sums[sumsFrom + n]);
                sum = Math.fma(x1, (float) w[at + PANEL + n], sum);
                sum = Math.fma(x2, (float) w[at + 2 * PANEL + n], sum);
                sums[sumsFrom + n] = Math.fma(x3, (float) w[at + 3 * PANEL + n], sum);
            }
        }
        for (; k < inputs; k++) {
            float xk = x[xFrom + k * xStride];
            int at = wFrom + k * PANEL;
            for (int n = 0; n < PANEL; n++) {
                sums[sumsFrom + n] = Math.fma(xk, (float) w[at + n], sums[sumsFrom + n]);
            }
        }
    }

    @Override
    public void widenPanel(float[] floats, int[] pairs, int from, int inputs) {
        for (int k = 0; k < inputs; k++) {
            for (int n = 0; n < 16; n++) {
                int pair = pairs[from + k * 16 + n];
                floats[k * PANEL + n] = Float.intBitsToFloat(pair << 16);
                floats[k * PANEL + 16 + n] = Float.intBitsToFloat(pair & 0xffff0000);
            }
        }
    }

    @Override
    public void widenPanel(float[] floats, byte[] int8, int from, int inputs) {
        for (int i = 0; i < inputs * PANEL; i++) {
            floats[i] = int8[from + i];
        }
    }

    @Override
    public void widen(float[] floats, short[] bf16, int from, int count) {
        for (int i = 0; i < count; i++) {
            floats[i] = Float16.fromBf16(bf16[from + i]);
        }
    }

    @Override
    public void scores(QueryBlock block, int slot, float[] keys, int keysFrom, int keyStride) {
        for (int q = 0; q < block.count; q++) {
            int to = q * block.slots + slot;
            Arrays.fill(block.weights, to, to + KEY_TILE, 0);
            for (int d = 0; d < block.headDim; d++) {
                float element = block.queries[q * block.headDim + d];
                int at = keysFrom + d * keyStride;
                for (int t = 0; t < KEY_TILE; t++) {
                    block.weights[to + t] = Math.fma(element, keys[at + t], block.weights[to + t]);
                }
            }
            for (int t = 0; t < KEY_TILE; t++) {
                block.weights[to + t] *= block.scale;
            }
        }
    }

    @Override
    public float softmax(QueryBlock block, int query, int slots) {
        float[] scores = block.weights;
        int from = query * block.slots;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + slots; i++) {
            largest = scores[i] > largest ? scores[i] : largest;
        }
        Arrays.fill(block.partialSums, 0);
        for (int i = from; i < from + slots; i += KEY_TILE) {
            for (int t = 0; t < KEY_TILE; t++) {
                float weight = Exponential.exp(scores[i + t] - largest);
                scores[i + t] = weight;
                block.partialSums[t] += weight;
            }
        }
        return treeSum(block.partialSums);
    }

    /** Adds 16 sums in halves: t and t + 8, then t and t + 4, and so on. */
    static float treeSum(float[] sums) {
        for (int half = KEY_TILE / 2; half > 0; half /= 2) {
            for (int t = 0; t < half; t++) {
                sums[t] += sums[t + half];
            }
        }
        return sums[0];
    }

    @Override
    public void weigh(
            QueryBlock block,
            int query,
            int queries,
            int slot,
            int tokens,
            float[] values,
            int valuesFrom,
            int valueStride) {
        for (int q = query; q < query + queries; q++) {
            int to = q * block.headDim;
            for (int t = 0; t < tokens; t++) {
                float weight = block.weights[q * block.slots + slot + t];
                int at = valuesFrom + t * valueStride;
                for (int d = 0; d < block.headDim; d++) {
                    block.out[to + d] = Math.fma(weight, values[at + d], block.out[to + d]);
                }
            }
        }
    }

    @Override
    public void swiGlu(float[] gate, int gateFrom, float[] up, int upFrom) {
        for (int i = 0; i < PANEL; i++) {
            float g = gate[gateFrom + i];
            gate[gateFrom + i] = g / (1 + Exponential.exp(-g)) * up[upFrom + i];
        }
    }
}
