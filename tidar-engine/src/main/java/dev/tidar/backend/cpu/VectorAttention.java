package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.CpuKv.KEY_TILE;
import static dev.tidar.backend.cpu.VectorKernels.FLOATS;
import static dev.tidar.backend.cpu.VectorKernels.INTS;
import static dev.tidar.backend.cpu.VectorKernels.LANES;
import static dev.tidar.backend.cpu.VectorKernels.constant;
import static dev.tidar.backend.cpu.VectorKernels.floats;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The attention kernels of {@link VectorKernels}: lanes are keys while scoring, and elements of a value while weighing.
 * Four queries at a time share what is loaded and keep four chains in flight.
 */
final class VectorAttention {

    /** Vectors with as many shorts as there are floats in a vector. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

    private VectorAttention() {}

    /** See {@link KernelSet#widen(float[], short[], int, int)}. */
    static void widen(float[] floats, short[] bf16, int from, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits = (IntVector)
                    ShortVector.fromArray(SHORTS, bf16, from + i).convertShape(VectorOperators.S2I, INTS, 0);
            VectorKernels.low(bits).intoArray(floats, i);
        }
    }

    /** See {@link KernelSet#scores}. */
    static void scores(QueryBlock block, int slot, float[] keys, int keysFrom, int keyStride) {
        int q = 0;
        for (; q + 4 <= block.count; q += 4) {
            scoreFour(block, q, slot, keys, keysFrom, keyStride);
        }
        for (; q < block.count; q++) {
            scoreOne(block, q, slot, keys, keysFrom, keyStride);
        }
    }

    private static void scoreFour(QueryBlock block, int query, int slot, float[] keys, int keysFrom, int keyStride) {
        float[] queries = block.queries;
        int width = block.headDim;
        int at = query * width;
        int to = query * block.slots + slot;
        for (int c = 0; c < KEY_TILE; c += LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector e = a;
            FloatVector f = a;
            for (int d = 0; d < width; d++) {
                FloatVector key = floats(keys, keysFrom + d * keyStride + c);
                a = key.fma(FloatVector.broadcast(FLOATS, queries[at + d]), a);
                b = key.fma(FloatVector.broadcast(FLOATS, queries[at + width + d]), b);
                e = key.fma(FloatVector.broadcast(FLOATS, queries[at + 2 * width + d]), e);
                f = key.fma(FloatVector.broadcast(FLOATS, queries[at + 3 * width + d]), f);
            }
            a.mul(block.scale).intoArray(block.weights, to + c);
            b.mul(block.scale).intoArray(block.weights, to + block.slots + c);
            e.mul(block.scale).intoArray(block.weights, to + 2 * block.slots + c);
            f.mul(block.scale).intoArray(block.weights, to + 3 * block.slots + c);
        }
    }

    private static void scoreOne(QueryBlock block, int query, int slot, float[] keys, int keysFrom, int keyStride) {
        int at = query * block.headDim;
        for (int c = 0; c < KEY_TILE; c += LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            for (int d = 0; d < block.headDim; d++) {
                a = floats(keys, keysFrom + d * keyStride + c)
                        .fma(FloatVector.broadcast(FLOATS, block.queries[at + d]), a);
            }
            a.mul(block.scale).intoArray(block.weights, query * block.slots + slot + c);
        }
    }

    /** See {@link KernelSet#softmax}. */
    static float softmax(QueryBlock block, int query, int slots) {
        float[] scores = block.weights;
        int from = query * block.slots;
        float largest = largest(scores, from, slots);
        Arrays.fill(block.partialSums, 0);
        for (int c = 0; c < KEY_TILE; c += LANES) {
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = from + c; i < from + slots; i += KEY_TILE) {
                FloatVector weights = VectorKernels.exp(floats(scores, i).sub(largest));
                weights.intoArray(scores, i);
                sums = sums.add(weights);
            }
            sums.intoArray(block.partialSums, c);
        }
        return PlainKernels.treeSum(block.partialSums);
    }

    private static float largest(float[] scores, int from, int slots) {
        FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = from; i < from + slots; i += LANES) {
            FloatVector next = floats(scores, i);
            largest = largest.blend(next, next.compare(VectorOperators.GT, largest));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** See {@link KernelSet#weigh}. */
    static void weigh(
            QueryBlock block,
            int query,
            int queries,
            int slot,
            int tokens,
            float[] values,
            int valuesFrom,
            int valueStride) {
        int whole = FLOATS.loopBound(block.headDim);
        if (queries == 4) {
            for (int d = 0; d < whole; d += LANES) {
                weighFour(block, query, slot, tokens, values, valuesFrom + d, valueStride, d);
            }
        } else {
            for (int d = 0; d < whole; d += LANES) {
                weighOne(block, query, slot, tokens, values, valuesFrom + d, valueStride, d);
            }
        }
        for (int q = query; q < query + queries && whole < block.headDim; q++) {
            weighRest(block, q, slot, tokens, values, valuesFrom, valueStride, whole);
        }
    }

    private static void weighFour(
            QueryBlock block, int query, int slot, int tokens, float[] values, int valuesFrom, int valueStride, int d) {
        int to = query * block.headDim + d;
        int from = query * block.slots + slot;
        int slots = block.slots;
        float[] weights = block.weights;
        FloatVector a = floats(block.out, to);
        FloatVector b = floats(block.out, to + block.headDim);
        FloatVector e = floats(block.out, to + 2 * block.headDim);
        FloatVector f = floats(block.out, to + 3 * block.headDim);
        for (int t = 0; t < tokens; t++) {
            FloatVector value = floats(values, valuesFrom + t * valueStride);
            a = value.fma(constant(weights[from + t]), a);
            b = value.fma(constant(weights[from + slots + t]), b);
            e = value.fma(constant(weights[from + 2 * slots + t]), e);
            f = value.fma(constant(weights[from + 3 * slots + t]), f);
        }
        a.intoArray(block.out, to);
        b.intoArray(block.out, to + block.headDim);
        e.intoArray(block.out, to + 2 * block.headDim);
        f.intoArray(block.out, to + 3 * block.headDim);
    }

    private static void weighOne(
            QueryBlock block, int query, int slot, int tokens, float[] values, int valuesFrom, int valueStride, int d) {
        int to = query * block.headDim + d;
        int from = query * block.slots + slot;
        FloatVector a = floats(block.out, to);
        for (int t = 0; t < tokens; t++) {
            a = floats(values, valuesFrom + t * valueStride).fma(constant(block.weights[from + t]), a);
        }
        a.intoArray(block.out, to);
    }

    /** Weighs the elements of a head after the last whole vector. */
    private static void weighRest(
            QueryBlock block,
            int query,
            int slot,
            int tokens,
            float[] values,
            int valuesFrom,
            int valueStride,
            int first) {
        int to = query * block.headDim;
        for (int t = 0; t < tokens; t++) {
            float weight = block.weights[query * block.slots + slot + t];
            for (int d = first; d < block.headDim; d++) {
                block.out[to + d] = Math.fma(weight, values[valuesFrom + t * valueStride + d], block.out[to + d]);
            }
        }
    }
}
