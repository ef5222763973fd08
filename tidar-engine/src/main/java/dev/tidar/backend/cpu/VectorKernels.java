package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.PackedMatrix.PANEL;

import dev.tidar.sampling.Exponential;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on vectors of 4, 8 or 16 floats. Lanes are outputs, keys or elements, so every chain runs in the order
 * that {@link PlainKernels} states and gives its bits. A pass computes columns c and c + 16 of a panel, because that is
 * how bf16 panels pair them; narrow vectors make more passes.
 *
 * <p>Each step of a chain waits for the one before, so a single row computes four panels at a time, which are eight
 * chains. The loops over panels are generated, one class for each type of weights, because their many accumulators must
 * be local variables to live in registers.
 */
final class VectorKernels implements KernelSet {

    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final int LANES = FLOATS.length();
    static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
    /**
     * Vectors with as many bytes as there are floats in a vector, or the smallest that exist; the surplus is read and
     * ignored.
     */
    private static final VectorSpecies<Byte> BYTES = LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /** The number of bits of the vectors that this processor and JVM have. */
    static int bits() {
        return FLOATS.vectorBitSize();
    }

    @Override
    public String name() {
        return "vector-" + bits();
    }

    /** Each row takes 2 accumulators: 18 of 32 registers, or 12 of the 16 that every processor with 8 lanes has. */
    @Override
    public int tileRows() {
        return LANES == 8 ? 6 : 9;
    }

    static FloatVector floats(float[] values, int at) {
        return FloatVector.fromArray(FLOATS, values, at);
    }

    static FloatVector int8(byte[] values, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    static IntVector pairs(int[] values, int at) {
        return IntVector.fromArray(INTS, values, at);
    }

    static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static FloatVector high(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    @Override
    public void fourPanels(float[] sums, float[] w, int wFrom, int panelElements, float[] x, int inputs) {
        VectorF32.fourPanels(sums, w, wFrom, panelElements, x, inputs);
    }

    @Override
    public void fourPanels(float[] sums, int[] w, int wFrom, int panelElements, float[] x, int inputs) {
        VectorBf16.fourPanels(sums, w, wFrom, panelElements, x, inputs);
    }

    @Override
    public void fourPanels(float[] sums, byte[] w, int wFrom, int panelElements, float[] x, int inputs) {
        VectorInt8.fourPanels(sums, w, wFrom, panelElements, x, inputs);
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs) {
        VectorF32.tile(rows, sums, sumsFrom, x, xFrom, w, wFrom, inputs);
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, int[] w, int wFrom, int inputs) {
        VectorBf16.tile(rows, sums, sumsFrom, x, xFrom, w, wFrom, inputs);
    }

    @Override
    public void tile(int rows, float[] sums, int sumsFrom, float[] x, int xFrom, byte[] w, int wFrom, int inputs) {
        VectorInt8.tile(rows, sums, sumsFrom, x, xFrom, w, wFrom, inputs);
    }

    @Override
    public void widenPanel(float[] floats, int[] pairs, int from, int inputs) {
        for (int k = 0; k < inputs; k++) {
            for (int c = 0; c < 16; c += LANES) {
                IntVector pair = pairs(pairs, from + k * 16 + c);
                low(pair).intoArray(floats, k * PANEL + c);
                high(pair).intoArray(floats, k * PANEL + c + 16);
            }
        }
    }

    @Override
    public void widenPanel(float[] floats, byte[] int8, int from, int inputs) {
        for (int i = 0; i < inputs * PANEL; i += LANES) {
            int8(int8, from + i).intoArray(floats, i);
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
