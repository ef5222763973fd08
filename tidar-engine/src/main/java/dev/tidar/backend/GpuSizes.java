package dev.tidar.backend;

import dev.tidar.backend.cuda.CudaVerbs;
import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/**
 * Sizes in the memory of a GPU, as {@link GpuDevice} takes them. Of the scratch of its verbs what is large is counted:
 * logits of sampled rows, parts of products and of attention. The rest depends on the shapes of the steps that run, and
 * a plan leaves a share of the device free for it.
 *
 * @param verbs allocate what is counted here
 */
record GpuSizes(CudaVerbs verbs) implements DeviceSizes {

    @Override
    public long tensor(int rows, int columns) {
        return verbs.tensorBytes(rows, columns);
    }

    @Override
    public long ids(int capacity) {
        return (long) capacity * Integer.BYTES;
    }

    @Override
    public long gain(int length) {
        return (long) length * Float.BYTES;
    }

    @Override
    public PackPlan gated(LinearSource gate, LinearSource up) {
        return verbs.packer().gatedPlan(gate, up);
    }

    @Override
    public WeightType type(List<LinearSource> sources) {
        return verbs.packer().type(sources);
    }

    @Override
    public long weights(PackPlan plan) {
        return verbs.packer().weightBytes(plan);
    }

    @Override
    public long adapter(PackPlan plan) {
        return verbs.packer().adapterBytes(plan);
    }

    @Override
    public long kvBlock(KvGeometry geometry) {
        return geometry.blockBytes();
    }

    @Override
    public long scratch(int rows, long elements, int outputs) {
        return verbs.scratchBytes(rows, outputs);
    }

    @Override
    public long scratchPerPosition(HeadGeometry heads, int rows) {
        return verbs.attention().scratchBytesPerPosition(heads, rows);
    }
}
