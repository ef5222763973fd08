package dev.tidar.backend;

import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.CpuHead;
import dev.tidar.backend.cpu.CpuKv;
import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.backend.cpu.HeapArrays;
import dev.tidar.backend.cpu.MatrixPacker;
import dev.tidar.backend.cpu.Workspace;
import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/**
 * Sizes on the heap, as {@link CpuDevice} takes them.
 *
 * @param packer packs the layers
 * @param arrays what an array takes in this JVM
 * @param threads threads that compute, each with its own scratch
 */
record CpuSizes(MatrixPacker packer, HeapArrays arrays, int threads) implements DeviceSizes {

    @Override
    public long tensor(int rows, int columns) {
        return arrays.floats((long) rows * columns);
    }

    @Override
    public long ids(int capacity) {
        return arrays.ints(capacity);
    }

    @Override
    public long gain(int length) {
        return arrays.floats(length);
    }

    @Override
    public PackPlan gated(LinearSource gate, LinearSource up) {
        return MatrixPacker.gatedPlan(gate, up);
    }

    @Override
    public WeightType type(List<LinearSource> sources) {
        return packer.type(sources);
    }

    @Override
    public long weights(PackPlan plan) {
        return packer.weightBytes(plan, arrays);
    }

    @Override
    public long adapter(PackPlan plan) {
        return packer.adapterBytes(plan, arrays);
    }

    @Override
    public long kvBlock(KvGeometry geometry) {
        return CpuKv.heapBytes(geometry, arrays);
    }

    @Override
    public long scratch(int rows, long elements, int outputs) {
        return Workspace.heapBytes(rows, elements, threads, arrays)
                + CpuHead.heapBytes(outputs, arrays)
                + HeadSampler.heapBytes(outputs, threads);
    }

    @Override
    public long scratchPerPosition(HeadGeometry heads, int rows) {
        return threads * Attention.heapBytesPerPosition(heads);
    }
}
