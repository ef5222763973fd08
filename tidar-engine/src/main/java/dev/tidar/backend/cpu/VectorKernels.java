package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.PackedMatrix.PANEL;

import dev.tidar.tensor.Exponential;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on vectors of 4, 8 or 16 floats. Lanes are outputs, keys or elements, so every chain runs in the order
 * that {@link PlainKernels} states and gives its bits. A pass holds columns c and c + 16 of a panel, because that is
 * how bf16 panels pair them; narrow vectors make more passes.
 *
 * <p>A single chain waits for each of its steps, so what one row lacks in rows it makes up in panels: four at a time
 * are eight chains. Accumulators are local variables, because the compiler does not keep arrays of vectors in
 * registers.
 */
final class VectorKernels implements Kernels {

    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final int LANES = FLOATS.length();
    static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
    /** As many bytes as floats, or the fewest that a vector can hold; the surplus is read and ignored. */
    private static final VectorSpecies<Byte> BYTES = LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    @Override
    public String name() {
        return "vector-" + FLOATS.vectorBitSize();
    }

    /** 2 accumulators a row: 18 of 32 registers, or 12 of the 16 that processors with 8 lanes have for sure. */
    @Override
    public int tileRows() {
        return LANES == 8 ? 6 : 9;
    }

    @Override
    public void row(float[] sums, PackedMatrix w, int panel, int panels, float[] x) {
        if (panels < 4) {
            Arrays.fill(sums, 0, panels * PANEL, 0);
            for (int p = 0; p < panels; p++) {
                tile(1, sums, p * PANEL, x, 0, w, panel + p);
            }
            return;
        }
        switch (w.dtype) {
            case F32:
                fourFloatPanels(sums, w.floats(panel), w.offset(panel), w.panelElements(), x, w.inputs);
                break;
            case BF16:
                fourBf16Panels(sums, w.bf16(panel), w.offset(panel), w.panelElements(), x, w.inputs);
                break;
            default:
                fourInt8Panels(sums, w.int8(panel), w.offset(panel), w.panelElements(), x, w.inputs);
        }
    }

    static FloatVector floats(float[] values, int at) {
        return FloatVector.fromArray(FLOATS, values, at);
    }

    static FloatVector int8(byte[] values, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static FloatVector high(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    private static void fourFloatPanels(float[] sums, float[] w, int from, int panelElements, float[] x, int inputs) {
        for (int c = 0; c < 16; c += LANES) {
            FloatVector l0 = FloatVector.zero(FLOATS);
            FloatVector h0 = l0;
            FloatVector l1 = FloatVector.zero(FLOATS);
            FloatVector h1 = l1;
            FloatVector l2 = FloatVector.zero(FLOATS);
            FloatVector h2 = l2;
            FloatVector l3 = FloatVector.zero(FLOATS);
            FloatVector h3 = l3;
            for (int k = 0; k < inputs; k++) {
                FloatVector xk = constant(x[k]);
                int at = from + k * PANEL + c;
                l0 = floats(w, at).fma(xk, l0);
                h0 = floats(w, at + 16).fma(xk, h0);
                l1 = floats(w, at + panelElements).fma(xk, l1);
                h1 = floats(w, at + panelElements + 16).fma(xk, h1);
                l2 = floats(w, at + 2 * panelElements).fma(xk, l2);
                h2 = floats(w, at + 2 * panelElements + 16).fma(xk, h2);
                l3 = floats(w, at + 3 * panelElements).fma(xk, l3);
                h3 = floats(w, at + 3 * panelElements + 16).fma(xk, h3);
            }
            l0.intoArray(sums, c);
            h0.intoArray(sums, c + 16);
            l1.intoArray(sums, c + PANEL);
            h1.intoArray(sums, c + PANEL + 16);
            l2.intoArray(sums, c + 2 * PANEL);
            h2.intoArray(sums, c + 2 * PANEL + 16);
            l3.intoArray(sums, c + 3 * PANEL);
            h3.intoArray(sums, c + 3 * PANEL + 16);
        }
    }

    private static void fourBf16Panels(float[] sums, int[] w, int from, int panelElements, float[] x, int inputs) {
        for (int c = 0; c < 16; c += LANES) {
            FloatVector l0 = FloatVector.zero(FLOATS);
            FloatVector h0 = l0;
            FloatVector l1 = FloatVector.zero(FLOATS);
            FloatVector h1 = l1;
            FloatVector l2 = FloatVector.zero(FLOATS);
            FloatVector h2 = l2;
            FloatVector l3 = FloatVector.zero(FLOATS);
            FloatVector h3 = l3;
            for (int k = 0; k < inputs; k++) {
                FloatVector xk = constant(x[k]);
                int at = from + k * 16 + c;
                IntVector w0 = IntVector.fromArray(INTS, w, at);
                l0 = low(w0).fma(xk, l0);
                h0 = high(w0).fma(xk, h0);
                IntVector w1 = IntVector.fromArray(INTS, w, at + panelElements);
                l1 = low(w1).fma(xk, l1);
                h1 = high(w1).fma(xk, h1);
                IntVector w2 = IntVector.fromArray(INTS, w, at + 2 * panelElements);
                l2 = low(w2).fma(xk, l2);
                h2 = high(w2).fma(xk, h2);
                IntVector w3 = IntVector.fromArray(INTS, w, at + 3 * panelElements);
                l3 = low(w3).fma(xk, l3);
                h3 = high(w3).fma(xk, h3);
            }
            l0.intoArray(sums, c);
            h0.intoArray(sums, c + 16);
            l1.intoArray(sums, c + PANEL);
            h1.intoArray(sums, c + PANEL + 16);
            l2.intoArray(sums, c + 2 * PANEL);
            h2.intoArray(sums, c + 2 * PANEL + 16);
            l3.intoArray(sums, c + 3 * PANEL);
            h3.intoArray(sums, c + 3 * PANEL + 16);
        }
    }

    private static void fourInt8Panels(float[] sums, byte[] w, int from, int panelElements, float[] x, int inputs) {
        for (int c = 0; c < 16; c += LANES) {
            FloatVector l0 = FloatVector.zero(FLOATS);
            FloatVector h0 = l0;
            FloatVector l1 = FloatVector.zero(FLOATS);
            FloatVector h1 = l1;
            FloatVector l2 = FloatVector.zero(FLOATS);
            FloatVector h2 = l2;
            FloatVector l3 = FloatVector.zero(FLOATS);
            FloatVector h3 = l3;
            for (int k = 0; k < inputs; k++) {
                FloatVector xk = constant(x[k]);
                int at = from + k * PANEL + c;
                l0 = int8(w, at).fma(xk, l0);
                h0 = int8(w, at + 16).fma(xk, h0);
                l1 = int8(w, at + panelElements).fma(xk, l1);
                h1 = int8(w, at + panelElements + 16).fma(xk, h1);
                l2 = int8(w, at + 2 * panelElements).fma(xk, l2);
                h2 = int8(w, at + 2 * panelElements + 16).fma(xk, h2);
                l3 = int8(w, at + 3 * panelElements).fma(xk, l3);
                h3 = int8(w, at + 3 * panelElements + 16).fma(xk, h3);
            }
            l0.intoArray(sums, c);
            h0.intoArray(sums, c + 16);
            l1.intoArray(sums, c + PANEL);
            h1.intoArray(sums, c + PANEL + 16);
            l2.intoArray(sums, c + 2 * PANEL);
            h2.intoArray(sums, c + 2 * PANEL + 16);
            l3.intoArray(sums, c + 3 * PANEL);
            h3.intoArray(sums, c + 3 * PANEL + 16);
        }
    }

    @Override
    public void widen(float[] floats, PackedMatrix w, int panel, int fromInput, int inputs) {
        switch (w.dtype) {
            case F32:
                System.arraycopy(w.floats(panel), w.offset(panel) + fromInput * PANEL, floats, 0, inputs * PANEL);
                break;
            case BF16:
                widenBf16(floats, w.bf16(panel), w.offset(panel) + fromInput * 16, inputs);
                break;
            default:
                byte[] bytes = w.int8(panel);
                int at = w.offset(panel) + fromInput * PANEL;
                for (int i = 0; i < inputs * PANEL; i += LANES) {
                    int8(bytes, at + i).intoArray(floats, i);
                }
        }
    }

    private static void widenBf16(float[] floats, int[] pairs, int from, int inputs) {
        for (int k = 0; k < inputs; k++) {
            for (int c = 0; c < 16; c += LANES) {
                IntVector pair = IntVector.fromArray(INTS, pairs, from + k * 16 + c);
                low(pair).intoArray(floats, k * PANEL + c);
                high(pair).intoArray(floats, k * PANEL + c + 16);
            }
        }
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs) {
        FloatTiles.tile(rows, sums, sumsFrom, x, xFrom, w, wFrom, inputs);
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, PackedMatrix w, int panel) {
        int at = w.offset(panel);
        switch (w.dtype) {
            case F32:
                FloatTiles.tile(rows, sums, sumsFrom, x, xFrom, w.floats(panel), at, w.inputs);
                break;
            case BF16:
                Bf16Tiles.tile(rows, sums, sumsFrom, x, xFrom, w.bf16(panel), at, w.inputs);
                break;
            default:
                Int8Tiles.tile(rows, sums, sumsFrom, x, xFrom, w.int8(panel), at, w.inputs);
        }
    }

    @Override
    public void widen(float[] floats, short[] bf16, int from, int count) {
        VectorAttention.widen(floats, bf16, from, count);
    }

    @Override
    public void scores(QueryBlock block, int slot, float[] keys, int keysFrom, int keyStride) {
        VectorAttention.scores(block, slot, keys, keysFrom, keyStride);
    }

    @Override
    public float softmax(QueryBlock block, int query, int slots) {
        return VectorAttention.softmax(block, query, slots);
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
        VectorAttention.weigh(block, query, queries, slot, tokens, values, valuesFrom, valueStride);
    }

    /** The steps of {@link Exponential#exp}. */
    static FloatVector exp(FloatVector value) {
        VectorMask<Float> low = value.lt(Exponential.LOWEST);
        FloatVector x = value.blend(Exponential.LOWEST, low);
        x = x.blend(Exponential.HIGHEST, x.compare(VectorOperators.GT, Exponential.HIGHEST));
        FloatVector shifted = x.fma(
                FloatVector.broadcast(FLOATS, Exponential.LOG2_E), FloatVector.broadcast(FLOATS, Exponential.ROUNDER));
        FloatVector n = shifted.sub(Exponential.ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, Exponential.C7).fma(r, constant(Exponential.C6));
        p = p.fma(r, constant(Exponential.C5));
        p = p.fma(r, constant(Exponential.C4));
        p = p.fma(r, constant(Exponential.C3));
        p = p.fma(r, constant(Exponential.C2));
        p = p.fma(r, constant(1));
        p = p.fma(r, constant(1));
        IntVector exponent = shifted.reinterpretAsInts().sub(Exponential.ROUNDER_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
    }

    static FloatVector constant(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    @Override
    public void swiGlu(float[] gate, int gateFrom, float[] up, int upFrom) {
        for (int c = 0; c < PANEL; c += LANES) {
            FloatVector g = floats(gate, gateFrom + c);
            g.div(exp(g.neg()).add(1)).mul(floats(up, upFrom + c)).intoArray(gate, gateFrom + c);
        }
    }
}
