package dev.tidar.backend;

import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.jni.NativeAttention;
import dev.tidar.backend.jni.NativeHead;
import dev.tidar.backend.jni.NativeKv;
import dev.tidar.backend.jni.NativePacker;
import dev.tidar.backend.jni.NativeProducts;
import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/**
 * Sizes in native memory, as {@link NativeDevice} takes them.
 *
 * @param packer packs the layers
 * @param threads threads that compute, each with its own scratch
 */
record NativeSizes(NativePacker packer, int threads) implements DeviceSizes {

    @Override
    public long tensor(int rows, int columns) {
        return (long) rows * columns * Float.BYTES;
    }

    /** Ids are on the heap, and few. */
    @Override
    public long ids(int capacity) {
        return 0;
    }

    @Override
    public long gain(int length) {
        return (long) length * Float.BYTES;
    }

    @Override
    public PackPlan gated(LinearSource gate, LinearSource up) {
        return NativePacker.gatedPlan(gate, up);
    }

    @Override
    public WeightType type(List<LinearSource> sources) {
        return packer.type(sources);
    }

    @Override
    public long weights(PackPlan plan) {
        return packer.weightBytes(plan);
    }

    @Override
    public long adapter(PackPlan plan) {
        return packer.adapterBytes(plan);
    }

    @Override
    public long kvBlock(KvGeometry geometry) {
        return NativeKv.blockBytes(geometry);
    }

    @Override
    public long scratch(int rows, long elements, int outputs) {
        return NativeProducts.scratchBytes(rows, elements, threads)
                + NativeHead.scratchBytes(outputs)
                + HeadSampler.heapBytes(outputs, threads);
    }

    @Override
    public long scratchPerPosition(HeadGeometry heads, int rows) {
        return threads * NativeAttention.scratchBytesPerPosition(heads);
    }
}
